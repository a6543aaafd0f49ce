"""Techniques that run code on machines, containers and functions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from wa_policy.graph.technique import (
    Carrier,
    Gain,
    Need,
    On,
    State,
    Status,
    Target,
    Technique,
    on,
    passes,
    passes_helper,
    some,
)

_EC2, _TASKS, _LAMBDA = "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com"

_INSTANCE = Carrier(
    "AWS::EC2::Instance",
    "ec2.describe-instances",
    "instance",
    "IamInstanceProfile",
    words="a running instance",
)
_ANY_INSTANCE = Carrier(
    "AWS::EC2::Instance", "ec2.describe-instances", "instance", words="a running instance"
)
_TEMPLATE = Carrier(
    "AWS::EC2::LaunchTemplate", "ec2.describe-launch-template-versions", "launch-template",
    "LaunchTemplateData.IamInstanceProfile", words="a launch template",
)  # fmt: skip
_AUTO_SCALING_GROUP = Carrier(
    "AWS::AutoScaling::AutoScalingGroup", "autoscaling.describe-auto-scaling-groups", "autoScalingGroup",
    words="an Auto Scaling group",
)  # fmt: skip
_CLUSTER = Carrier("AWS::ECS::Cluster", "ecs.list-clusters", "cluster", words="an ECS cluster")
_TASK_DEFINITION = Carrier(
    "AWS::ECS::TaskDefinition", "ecs.list-task-definitions", "task-definition", words="a task definition"
)
_TASK = Carrier(
    "WaPolicy::EcsTask", "ecs.list-tasks", "task", "TaskRoleArn", (("EnableExecuteCommand", State.TRUE),),
    "a running task with ECS Exec",
)  # fmt: skip
_JOB_QUEUE = Carrier("AWS::Batch::JobQueue", "batch.describe-job-queues", "job-queue", words="a job queue")
_JOB_DEFINITION = Carrier(
    "AWS::Batch::JobDefinition", "batch.describe-job-definitions", "job-definition",
    "ContainerProperties.JobRoleArn", words="a job definition",
)  # fmt: skip
_DEPLOYMENT_GROUP = Carrier(
    "AWS::CodeDeploy::DeploymentGroup",
    "codedeploy.list-deployment-groups",
    "deploymentgroup",
    words="a deployment group",
)
_FUNCTION = Carrier("AWS::Lambda::Function", "lambda.list-functions", "function", "Role", words="a function")
_ANY_FUNCTION = Carrier("AWS::Lambda::Function", "lambda.list-functions", "function", words="a function")

_IN_CLUSTER = ("{carrier}",)
_FARGATE = "the account has the service-linked role of Amazon ECS, or iam:CreateServiceLinkedRole is allowed"
_CONTAINER_INSTANCE = "the cluster has a container instance"
_WITH_PROFILE = ("{profile}",)

COMPUTE = (
    # --- EC2 ---------------------------------------------------------------------------------------------------
    Technique(
        "ec2-001", Status.CATALOGUE, "New instance with a passed role",
        "A new instance gets an instance profile with the role, and its user data reads the credentials.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_EC2),
            some(
                "ec2:RunInstances", "instance", "image", "network-interface", "security-group", "subnet",
                ec2__instanceprofile=_WITH_PROFILE,
            ),
        ),
        trust=_EC2, needs=(Need.INSTANCE_PROFILE,),
    ),
    Technique(
        "ec2-002", Status.CATALOGUE, "New user data for an existing instance",
        "The user data of a stopped instance is replaced and runs with the role of the instance when it starts.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.CARRIER, "ec2:StopInstances"), on(On.CARRIER, "ec2:ModifyInstanceAttribute"),
            on(On.CARRIER, "ec2:StartInstances"),
        ),
        trust=_EC2, carriers=(_INSTANCE,),
    ),
    Technique(
        "ec2-003", Status.CATALOGUE, "New spot instance with a passed role",
        "A spot request starts an instance with the role, and its user data reads the credentials.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_EC2), some("ec2:RequestSpotInstances", "spot-instances-request")),
        trust=_EC2, needs=(Need.INSTANCE_PROFILE,),
        assumes="the account has the service-linked role for spot instances, or iam:CreateServiceLinkedRole is allowed",
    ),
    Technique(
        "ec2-004", Status.CATALOGUE, "New default version of a launch template",
        "A version with other user data keeps the instance profile, and runs when something launches from the template.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (on(On.CARRIER, "ec2:CreateLaunchTemplateVersion"), on(On.CARRIER, "ec2:ModifyLaunchTemplate")),
        trust=_EC2, carriers=(_TEMPLATE,), assumes="something launches from the default version of the template",
    ),
    Technique(
        "ec2-005", Status.LATER, "New default version of a launch template",
        "The same as ec2-004 under the number that the catalogue's labs gave it.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (on(On.CARRIER, "ec2:CreateLaunchTemplateVersion"), on(On.CARRIER, "ec2:ModifyLaunchTemplate")),
        trust=_EC2, carriers=(_TEMPLATE,), assumes="something launches from the default version of the template",
        variant_of="ec2-004",
    ),
    Technique(
        "ec2instanceconnect-003", Status.CATALOGUE, "SSH key for an existing instance",
        "A public key is pushed to the instance for a minute, in which ssh opens a shell with its role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "ec2-instance-connect:SendSSHPublicKey"),),
        trust=_EC2, carriers=(_INSTANCE,), assumes="ssh reaches the instance, which has EC2 Instance Connect",
        note="the catalogue also lists ec2:DescribeInstances, which only helps to find the instance",
    ),
    Technique(
        "ssm-001", Status.CATALOGUE, "Session on an existing instance",
        "Session Manager opens a shell on the instance, where the credentials of its role can be read.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "ssm:StartSession"),),
        trust=_EC2, carriers=(_INSTANCE,), needs=(Need.MANAGED_INSTANCE,),
    ),
    Technique(
        "ssm-002", Status.CATALOGUE, "Command on an existing instance",
        "Run Command runs a shell script on the instance, with the credentials of its role in reach.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.CARRIER, "ssm:SendCommand"),
            some("ssm:SendCommand", "document", also=("arn:{partition}:ssm:{region}::document/AWS-RunShellScript",)),
        ),
        trust=_EC2, carriers=(_INSTANCE,), needs=(Need.MANAGED_INSTANCE,),
    ),
    Technique(
        "x-autoscaling-create", Status.OURS, "New Auto Scaling group with a passed role",
        "The group starts instances from a launch configuration that names the role's instance profile.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_EC2), some("autoscaling:CreateLaunchConfiguration", "launchConfiguration"),
            some("autoscaling:CreateAutoScalingGroup", "autoScalingGroup"),
        ),
        trust=_EC2, needs=(Need.INSTANCE_PROFILE,),
        assumes="the account is old enough for launch configurations",
        reference="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateLaunchConfiguration.html",
    ),
    Technique(
        "x-autoscaling-update", Status.OURS, "Other launch configuration for an Auto Scaling group",
        "An existing group starts its next instances from a launch configuration that names the role's instance profile.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_EC2), some("autoscaling:CreateLaunchConfiguration", "launchConfiguration"),
            on(On.CARRIER, "autoscaling:UpdateAutoScalingGroup"),
        ),
        trust=_EC2, carriers=(_AUTO_SCALING_GROUP,), needs=(Need.INSTANCE_PROFILE,),
        assumes="the account is old enough for launch configurations",
        reference="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html",
    ),
    Technique(
        "x-ec2-associateprofile", Status.OURS, "Passed role for an instance that one is on",
        "The instance profile with the role is attached to a running instance on which the attacker runs code.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_EC2), on(On.CARRIER, "ec2:AssociateIamInstanceProfile")),
        trust=_EC2, carriers=(_ANY_INSTANCE,), needs=(Need.INSTANCE_PROFILE,),
        assumes="the principal runs code on the instance",
        reference="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html",
    ),
    Technique(
        "imagebuilder-001", Status.LATER, "New image built with a passed role",
        "The build instance runs the commands of a component with the instance profile of the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_EC2), some("imagebuilder:CreateComponent", "component"),
            some("imagebuilder:CreateImageRecipe", "imageRecipe"),
            some("imagebuilder:CreateInfrastructureConfiguration", "infrastructureConfiguration"),
            some("imagebuilder:CreateImage", "image"),
        ),
        trust=_EC2, needs=(Need.INSTANCE_PROFILE,),
    ),
    Technique(
        "emr-001", Status.LATER, "New EMR cluster with a passed role",
        "A step of the cluster runs on instances whose instance profile has the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_EC2), passes_helper("elasticmapreduce.amazonaws.com"), some("elasticmapreduce:RunJobFlow")),
        trust=_EC2, helper_trust="elasticmapreduce.amazonaws.com", needs=(Need.INSTANCE_PROFILE,),
        note="a cluster has a service role as well, which is passed too: "
        "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles.html",
    ),
    Technique(
        "datapipeline-001", Status.CATALOGUE, "New pipeline with a passed role",
        "A shell activity of the pipeline runs on an instance whose instance profile has the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_EC2), passes_helper("datapipeline.amazonaws.com"), some("datapipeline:CreatePipeline"),
            some("datapipeline:PutPipelineDefinition", "pipeline"), some("datapipeline:ActivatePipeline", "pipeline"),
        ),
        trust=_EC2, helper_trust="datapipeline.amazonaws.com", needs=(Need.INSTANCE_PROFILE,),
        assumes="the account used AWS Data Pipeline before July 2024, when it was closed to others",
        note="the role of the pipeline is passed beside the resource role, on which the commands run: "
        "https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-iam-roles.html",
    ),
    Technique(
        "codedeploy-001", Status.LATER, "Deployment to existing instances",
        "The hooks of a revision of the attacker run on the instances of the deployment group.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.SECOND, "codedeploy:CreateDeployment"), some("codedeploy:RegisterApplicationRevision", "application"),
            some("codedeploy:GetDeploymentConfig", "deploymentconfig"),
        ),
        trust=_EC2, carriers=(_INSTANCE, _DEPLOYMENT_GROUP), assumes="the deployment group deploys to the instance",
    ),
    # --- containers ----------------------------------------------------------------------------------------------
    Technique(
        "ecs-001", Status.CATALOGUE, "New cluster, task definition and service with a passed role",
        "The service runs a container of the attacker as a task with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("ecs:CreateCluster", "cluster"), some("ecs:RegisterTaskDefinition", "task-definition"),
            some("ecs:CreateService", "service"),
        ),
        trust=_TASKS, assumes=_FARGATE, variant_of="ecs-003",
    ),
    Technique(
        "ecs-002", Status.CATALOGUE, "New cluster, task definition and task with a passed role",
        "A container of the attacker runs once as a task with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("ecs:CreateCluster", "cluster"), some("ecs:RegisterTaskDefinition", "task-definition"),
            some("ecs:RunTask", "task-definition"),
        ),
        trust=_TASKS, assumes=_FARGATE, variant_of="ecs-004",
    ),
    Technique(
        "ecs-003", Status.CATALOGUE, "New task definition and service with a passed role",
        "A service in an existing cluster runs a container of the attacker as a task with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("ecs:RegisterTaskDefinition", "task-definition"),
            some("ecs:CreateService", "service", ecs__cluster=_IN_CLUSTER),
        ),
        trust=_TASKS, carriers=(_CLUSTER,),
    ),
    Technique(
        "ecs-004", Status.CATALOGUE, "New task definition and task with a passed role",
        "A container of the attacker runs once in an existing cluster as a task with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("ecs:RegisterTaskDefinition", "task-definition"),
            some("ecs:RunTask", "task-definition", ecs__cluster=_IN_CLUSTER),
        ),
        trust=_TASKS, carriers=(_CLUSTER,),
    ),
    Technique(
        "ecs-005", Status.CATALOGUE, "New task definition, started on a container instance, with a passed role",
        "A container of the attacker is placed on a container instance of an existing cluster with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("ecs:RegisterTaskDefinition", "task-definition"),
            some("ecs:StartTask", "task-definition", ecs__cluster=_IN_CLUSTER),
        ),
        trust=_TASKS, carriers=(_CLUSTER,), assumes=_CONTAINER_INSTANCE,
    ),
    Technique(
        "ecs-006", Status.LATER, "Command in a running container",
        "ECS Exec opens a shell in the container, where the credentials of the task role can be read.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.CARRIER, "ecs:ExecuteCommand"), some("ecs:ExecuteCommand", "cluster"),
            on(On.CARRIER, "ecs:DescribeTasks"),
        ),
        trust=_TASKS, carriers=(_TASK,),
    ),
    Technique(
        "ecs-007", Status.LATER, "Existing task definition on an own container instance, with a passed role",
        "A machine of the attacker joins the cluster, and a task that is started there is overridden with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), on(On.CARRIER, "ecs:RegisterContainerInstance"),
            on(On.SECOND, "ecs:StartTask"),
        ),
        trust=_TASKS, carriers=(_CLUSTER, _TASK_DEFINITION),
        note="peers also list ecs:DeregisterContainerInstance, which only cleans up",
    ),
    Technique(
        "ecs-008", Status.LATER, "Existing task definition, run with a passed role",
        "Overrides of command and task role make an existing definition run the attacker's command as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_TASKS), on(On.SECOND, "ecs:RunTask")),
        trust=_TASKS, carriers=(_CLUSTER, _TASK_DEFINITION),
    ),
    Technique(
        "ecs-009", Status.LATER, "Existing task definition, started on a container instance, with a passed role",
        "Overrides of command and task role make an existing definition run the attacker's command as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_TASKS), on(On.SECOND, "ecs:StartTask")),
        trust=_TASKS, carriers=(_CLUSTER, _TASK_DEFINITION), assumes=_CONTAINER_INSTANCE,
    ),
    Technique(
        "batch-001", Status.LATER, "New job definition with a passed role",
        "A job in an existing queue runs a container of the attacker with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("batch:RegisterJobDefinition", "job-definition"),
            some("batch:SubmitJob", "job-definition"), on(On.CARRIER, "batch:SubmitJob"),
        ),
        trust=_TASKS, carriers=(_JOB_QUEUE,),
    ),
    Technique(
        "batch-002", Status.LATER, "Job from an existing definition",
        "The command of an existing job definition is overridden and runs with its job role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "batch:SubmitJob"), on(On.SECOND, "batch:SubmitJob")),
        trust=_TASKS, carriers=(_JOB_DEFINITION, _JOB_QUEUE),
        note="submitting takes a queue beside the definition: "
        "https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html",
    ),
    Technique(
        "batch-003", Status.LATER, "New compute environment, queue and job with a passed role",
        "All that a job needs is made, and its container of the attacker runs with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_TASKS), some("batch:CreateComputeEnvironment", "compute-environment"),
            some("batch:CreateJobQueue", "job-queue"), some("batch:RegisterJobDefinition", "job-definition"),
            some("batch:SubmitJob", "job-definition", "job-queue"),
        ),
        trust=_TASKS,
    ),
    # --- Lambda ----------------------------------------------------------------------------------------------------
    Technique(
        "lambda-001", Status.CATALOGUE, "New function with a passed role, invoked",
        "The code of a new function reads the credentials of its execution role when it is invoked.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_LAMBDA), some("lambda:CreateFunction", "function"), some("lambda:InvokeFunction", "function")),
        trust=_LAMBDA,
    ),
    Technique(
        "lambda-002", Status.CATALOGUE, "New function with a passed role, fed from a stream or queue",
        "An event source mapping invokes the new function as soon as something is written to its source.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_LAMBDA), some("lambda:CreateFunction", "function"), some("lambda:CreateEventSourceMapping"),
        ),
        trust=_LAMBDA, assumes="the role may read a stream or queue to which something is written",
    ),
    Technique(
        "lambda-003", Status.CATALOGUE, "Other code for an existing function",
        "The code of the function is replaced and runs with its execution role when something invokes it.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "lambda:UpdateFunctionCode"),),
        trust=_LAMBDA, carriers=(_FUNCTION,), needs=(Need.INVOKED,),
    ),
    Technique(
        "lambda-004", Status.CATALOGUE, "Other code for an existing function, invoked",
        "The code of the function is replaced and runs with its execution role when the attacker invokes it.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (on(On.CARRIER, "lambda:UpdateFunctionCode"), on(On.CARRIER, "lambda:InvokeFunction")),
        trust=_LAMBDA, carriers=(_FUNCTION,), variant_of="lambda-003",
    ),
    Technique(
        "lambda-005", Status.CATALOGUE, "Other code for an existing function, opened to a caller",
        "The code of the function is replaced, and a new statement of its policy lets whomever the attacker names invoke it.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (on(On.CARRIER, "lambda:UpdateFunctionCode"), on(On.CARRIER, "lambda:AddPermission")),
        trust=_LAMBDA, carriers=(_FUNCTION,), variant_of="lambda-003",
    ),
    Technique(
        "lambda-006", Status.CATALOGUE, "New function with a passed role, opened to a caller",
        "A statement in the policy of the new function lets whomever the attacker names invoke it.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_LAMBDA), some("lambda:CreateFunction", "function"), some("lambda:AddPermission", "function")),
        trust=_LAMBDA,
    ),
    Technique(
        "x-lambda-passrole-update", Status.OURS, "Other code and a passed role for an existing function",
        "The function gets code of the attacker and the role as its execution role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_LAMBDA), on(On.CARRIER, "lambda:UpdateFunctionCode"),
            on(On.CARRIER, "lambda:UpdateFunctionConfiguration"),
        ),
        trust=_LAMBDA, carriers=(_ANY_FUNCTION,), needs=(Need.INVOKED,),
        reference="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html",
    ),
    Technique(
        "x-lambda-updateconfiguration", Status.OURS, "Layer or environment of the attacker for an existing function",
        "A layer, or a variable that loads code, runs with the execution role when something invokes the function.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "lambda:UpdateFunctionConfiguration"),),
        trust=_LAMBDA, carriers=(_FUNCTION,), needs=(Need.INVOKED,),
        reference="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html",
    ),
)  # fmt: skip
