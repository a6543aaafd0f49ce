"""Techniques that run code or call APIs through the services that build, orchestrate, analyse and train.

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

_CLOUDFORMATION, _CODEBUILD, _GLUE = (
    "cloudformation.amazonaws.com",
    "codebuild.amazonaws.com",
    "glue.amazonaws.com",
)
_AGENTCORE, _SAGEMAKER = "bedrock-agentcore.amazonaws.com", "sagemaker.amazonaws.com"
_STATES, _TASKS_APPRUNNER = "states.amazonaws.com", "tasks.apprunner.amazonaws.com"

_SERVICE = Carrier(
    "AWS::AppRunner::Service", "apprunner.list-services", "service", "InstanceConfiguration.InstanceRoleArn",
    words="an App Runner service",
)  # fmt: skip
_INTERPRETER = Carrier(
    "AWS::BedrockAgentCore::CodeInterpreterCustom", "bedrock-agentcore-control.list-code-interpreters",
    "code-interpreter-custom", "ExecutionRoleArn", words="a custom code interpreter",
)  # fmt: skip
_RUNTIME = Carrier(
    "AWS::BedrockAgentCore::Runtime", "bedrock-agentcore-control.list-agent-runtimes", "runtime", "RoleArn",
    (("AuthorizerConfiguration", State.UNSET),), "an agent runtime that IAM authorizes",
)  # fmt: skip
_BROWSER = Carrier(
    "AWS::BedrockAgentCore::BrowserCustom", "bedrock-agentcore-control.list-browsers", "browser-custom",
    "ExecutionRoleArn", words="a custom browser",
)  # fmt: skip
_STACK = Carrier(
    "AWS::CloudFormation::Stack", "cloudformation.describe-stacks", "stack", "RoleARN", words="a stack"
)
_ANY_STACK = Carrier("AWS::CloudFormation::Stack", "cloudformation.describe-stacks", "stack", words="a stack")
_STACK_SET = Carrier(
    "AWS::CloudFormation::StackSet",
    "cloudformation.list-stack-sets",
    "stackset",
    "ExecutionRoleName",
    words="a stack set",
)
_PROJECT = Carrier(
    "AWS::CodeBuild::Project", "codebuild.list-projects", "project", "ServiceRole", words="a build project"
)
_BATCH_PROJECT = Carrier(
    "AWS::CodeBuild::Project", "codebuild.list-projects", "project", "ServiceRole",
    (("BuildBatchConfig", State.SET),), "a build project with batch builds",
)  # fmt: skip
_ANY_PROJECT = Carrier(
    "AWS::CodeBuild::Project", "codebuild.list-projects", "project", words="a build project"
)
_IDENTITY_POOL = Carrier(
    "AWS::Cognito::IdentityPool",
    "cognito-identity.list-identity-pools",
    "identitypool",
    words="an identity pool",
)
_DEV_ENDPOINT = Carrier(
    "AWS::Glue::DevEndpoint",
    "glue.get-dev-endpoints",
    "devendpoint",
    "RoleArn",
    words="a development endpoint",
)
_ANY_JOB = Carrier("AWS::Glue::Job", "glue.get-jobs", "job", words="a Glue job")
_NOTEBOOK = Carrier(
    "AWS::SageMaker::NotebookInstance", "sagemaker.list-notebook-instances", "notebook-instance", "RoleArn",
    words="a notebook instance",
)  # fmt: skip
_MACHINE = Carrier(
    "AWS::StepFunctions::StateMachine", "stepfunctions.list-state-machines", "statemachine", "RoleArn",
    words="a state machine",
)  # fmt: skip

_PASSED = ("{target}",)
_BUCKET = "the role may use a bucket for input and output"

PLATFORM = (
    # --- App Runner, Bedrock AgentCore, Braket -----------------------------------------------------------------
    Technique(
        "apprunner-001", Status.CATALOGUE, "New App Runner service with a passed role",
        "A container of the attacker runs as a service with the role as its instance role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes("apprunner.amazonaws.com", _TASKS_APPRUNNER), some("apprunner:CreateService", "service")),
        trust=_TASKS_APPRUNNER,
        note="AWS's own policy passes roles to apprunner.amazonaws.com, while an instance role trusts "
        "tasks.apprunner.amazonaws.com: "
        "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSAppRunnerFullAccess.html",
    ),
    Technique(
        "apprunner-002", Status.CATALOGUE, "Other image for an existing App Runner service",
        "The service is updated to a container or start command of the attacker and keeps its instance role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "apprunner:UpdateService"),),
        trust=_TASKS_APPRUNNER, carriers=(_SERVICE,),
    ),
    Technique(
        "bedrock-001", Status.CATALOGUE, "New code interpreter with a passed role",
        "Code that runs in a session of the new interpreter reads the credentials of its execution role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_AGENTCORE), some("bedrock-agentcore:CreateCodeInterpreter"),
            some("bedrock-agentcore:StartCodeInterpreterSession", "code-interpreter-custom"),
            some("bedrock-agentcore:InvokeCodeInterpreter", "code-interpreter-custom"),
        ),
        trust=_AGENTCORE,
    ),
    Technique(
        "bedrock-002", Status.CATALOGUE, "Session of an existing code interpreter",
        "Code that runs in a session of a custom interpreter reads the credentials of its execution role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.CARRIER, "bedrock-agentcore:StartCodeInterpreterSession"),
            on(On.CARRIER, "bedrock-agentcore:InvokeCodeInterpreter"),
        ),
        trust=_AGENTCORE, carriers=(_INTERPRETER,),
    ),
    Technique(
        "bedrock-003", Status.LATER, "New agent runtime with a passed role",
        "A command that runs in the new runtime reads the credentials of its role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_AGENTCORE), some("bedrock-agentcore:CreateAgentRuntime"),
            some("bedrock-agentcore:CreateAgentRuntimeEndpoint", "runtime"),
            some("bedrock-agentcore:CreateWorkloadIdentity", "workload-identity"),
            some("bedrock-agentcore:InvokeAgentRuntimeCommand", "runtime"),
        ),
        trust=_AGENTCORE,
    ),
    Technique(
        "bedrock-004", Status.LATER, "Command in an existing agent runtime",
        "A command that runs in the runtime reads the credentials of its role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "bedrock-agentcore:InvokeAgentRuntimeCommand"),),
        trust=_AGENTCORE, carriers=(_RUNTIME,),
    ),
    Technique(
        "bedrock-005", Status.LATER, "New harness with a passed role",
        "The harness makes a runtime with the role, in which a command reads its credentials.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_AGENTCORE), some("bedrock-agentcore:CreateHarness"), some("bedrock-agentcore:CreateAgentRuntime"),
            some("bedrock-agentcore:CreateAgentRuntimeEndpoint", "runtime"),
            some("bedrock-agentcore:CreateWorkloadIdentity", "workload-identity"),
            some("bedrock-agentcore:CreateMemory"), some("bedrock-agentcore:GetMemory", "memory"),
            some("bedrock-agentcore:GetAgentRuntime", "runtime"), some("bedrock-agentcore:GetHarness", "harness"),
            some("bedrock-agentcore:InvokeAgentRuntimeCommand", "runtime"),
        ),
        trust=_AGENTCORE,
    ),
    Technique(
        "bedrock-006", Status.LATER, "New browser with a passed role",
        "The automation stream of the browser reads the credentials of its execution role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_AGENTCORE), some("bedrock-agentcore:CreateBrowser"),
            some("bedrock-agentcore:StartBrowserSession", "browser-custom"),
            some("bedrock-agentcore:ConnectBrowserAutomationStream"),
        ),
        trust=_AGENTCORE,
    ),
    Technique(
        "bedrock-007", Status.LATER, "Session of an existing browser",
        "The automation stream of a custom browser reads the credentials of its execution role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.CARRIER, "bedrock-agentcore:StartBrowserSession"),
            on(On.CARRIER, "bedrock-agentcore:ConnectBrowserAutomationStream"),
        ),
        trust=_AGENTCORE, carriers=(_BROWSER,),
    ),
    Technique(
        "braket-001", Status.LATER, "New hybrid job with a passed role",
        "The algorithm script of the job runs in a container with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes("braket.amazonaws.com"), some("braket:CreateJob", "job")),
        trust="braket.amazonaws.com",
    ),
    # --- CloudFormation, CodeBuild, CodeStar --------------------------------------------------------------------
    Technique(
        "cloudformation-001", Status.CATALOGUE, "New stack with a passed role",
        "CloudFormation makes the resources of the attacker's template as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_CLOUDFORMATION), some("cloudformation:CreateStack", "stack", cloudformation__rolearn=_PASSED)),
        trust=_CLOUDFORMATION,
        note="the role acts through the resources that the template makes; no credentials are handed out",
    ),
    Technique(
        "cloudformation-002", Status.CATALOGUE, "Other template for an existing stack",
        "A stack keeps its role for later updates, so the new template is carried out as that role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (on(On.CARRIER, "cloudformation:UpdateStack", cloudformation__rolearn=("",)),),
        trust=_CLOUDFORMATION, carriers=(_STACK,),
    ),
    Technique(
        "cloudformation-003", Status.CATALOGUE, "New stack set with a passed administration role",
        "The administration role assumes the execution role, as which the attacker's template is carried out.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes_helper(_CLOUDFORMATION), some("cloudformation:CreateStackSet"),
            some("cloudformation:CreateStackInstances", "stackset"),
        ),
        helper_trust=_CLOUDFORMATION, needs=(Need.HELPER_ASSUMES,),
    ),
    Technique(
        "cloudformation-004", Status.CATALOGUE, "Other template for an existing stack set",
        "The administration role is passed again and assumes the execution role, as which the new template is carried out.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes_helper(_CLOUDFORMATION), on(On.CARRIER, "cloudformation:UpdateStackSet")),
        helper_trust=_CLOUDFORMATION, carriers=(_STACK_SET,), needs=(Need.HELPER_ASSUMES,),
        assumes="the stack set has a stack instance",
        note="filed by the catalogue under new resources, though the stack set has to exist",
    ),
    Technique(
        "cloudformation-005", Status.CATALOGUE, "Change set for an existing stack",
        "A change set with another template is executed as the role that the stack keeps.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            on(On.CARRIER, "cloudformation:CreateChangeSet", cloudformation__rolearn=("",)),
            on(On.CARRIER, "cloudformation:ExecuteChangeSet"),
        ),
        trust=_CLOUDFORMATION, carriers=(_STACK,),
        note="filed by the catalogue under new resources, though no role is passed",
    ),
    Technique(
        "x-cloudformation-passrole-updatestack", Status.OURS, "Passed role for an existing stack",
        "An update gives the stack the role, as which the new template is carried out.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes(_CLOUDFORMATION),
            on(On.CARRIER, "cloudformation:UpdateStack", cloudformation__rolearn=_PASSED),
        ),
        trust=_CLOUDFORMATION, carriers=(_ANY_STACK,),
        reference="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html",
    ),
    Technique(
        "codebuild-001", Status.CATALOGUE, "New build project with a passed role",
        "The build commands of the new project run with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_CODEBUILD), some("codebuild:CreateProject", "project"), some("codebuild:StartBuild", "project")),
        trust=_CODEBUILD,
    ),
    Technique(
        "codebuild-002", Status.CATALOGUE, "Build of an existing project",
        "The build starts with a buildspec of the attacker in place of the project's, and runs with its role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "codebuild:StartBuild"),),
        trust=_CODEBUILD, carriers=(_PROJECT,),
    ),
    Technique(
        "codebuild-003", Status.CATALOGUE, "Batch build of an existing project",
        "The batch build starts with a buildspec of the attacker in place of the project's, and runs with its role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "codebuild:StartBuildBatch"),),
        trust=_CODEBUILD, carriers=(_BATCH_PROJECT,),
    ),
    Technique(
        "codebuild-004", Status.CATALOGUE, "New build project with a passed role, built in a batch",
        "The build commands of the new project run with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_CODEBUILD), some("codebuild:CreateProject", "project"), some("codebuild:StartBuildBatch", "project")),
        trust=_CODEBUILD,
    ),
    Technique(
        "x-codebuild-updateproject", Status.OURS, "Passed role for an existing build project",
        "The project gets the role as its service role and runs build commands of the attacker.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_CODEBUILD), on(On.CARRIER, "codebuild:UpdateProject"), on(On.CARRIER, "codebuild:StartBuild")),
        trust=_CODEBUILD, carriers=(_ANY_PROJECT,),
        reference="https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html",
    ),
    Technique(
        "x-codestar", Status.OURS, "New CodeStar project with a passed role",
        "AWS CodeStar makes the resources of the project's template as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes("codestar.amazonaws.com"), some("codestar:CreateProject")),
        trust="codestar.amazonaws.com", assumes="AWS CodeStar still answers, which was closed in July 2024",
        reference="https://docs.aws.amazon.com/codestar/latest/APIReference/API_CreateProject.html",
    ),
    # --- Cognito, Step Functions, Scheduler, Systems Manager ----------------------------------------------------
    Technique(
        "cognitoidentity-001", Status.LATER, "Passed role for an identity pool",
        "The pool hands out credentials of the role to whoever gets an identity from it.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes("cognito-identity.amazonaws.com"), some("cognito-identity:SetIdentityPoolRoles")),
        federated_trust="cognito-identity.amazonaws.com", carriers=(_IDENTITY_POOL,),
        assumes="the attacker gets an identity from the pool",
        note="the role trusts the pool as a web identity provider, not as a service: "
        "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html",
    ),
    Technique(
        "stepfunctions-001", Status.LATER, "New state machine with a passed role",
        "The states of the machine call AWS APIs as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_STATES), some("states:CreateStateMachine", "statemachine"), some("states:StartExecution", "statemachine")),
        trust=_STATES,
    ),
    Technique(
        "stepfunctions-002", Status.LATER, "Other definition for an existing state machine",
        "The states of the new definition call AWS APIs as the role of the state machine.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (on(On.CARRIER, "states:UpdateStateMachine"), on(On.CARRIER, "states:StartExecution")),
        trust=_STATES, carriers=(_MACHINE,),
    ),
    Technique(
        "scheduler-001", Status.LATER, "New schedule with a passed role",
        "The universal target of the schedule calls an AWS API as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes("scheduler.amazonaws.com"), some("scheduler:CreateSchedule", "schedule")),
        trust="scheduler.amazonaws.com",
    ),
    Technique(
        "ssm-003", Status.LATER, "New automation document with a passed role",
        "The steps of the automation call AWS APIs as the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes("ssm.amazonaws.com"), some("ssm:CreateDocument", "document"),
            some("ssm:StartAutomationExecution", "document", "automation-execution"),
        ),
        trust="ssm.amazonaws.com",
    ),
    # --- analytics ------------------------------------------------------------------------------------------------
    Technique(
        "emrserverless-001", Status.LATER, "New EMR Serverless application with a passed role",
        "A job run of the application runs code of the attacker with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes("emr-serverless.amazonaws.com"), some("emr-serverless:CreateApplication"),
            some("emr-serverless:StartJobRun", "application"),
        ),
        trust="emr-serverless.amazonaws.com",
    ),
    Technique(
        "gamelift-001", Status.LATER, "New fleet with a passed role",
        "The build that is uploaded runs on the instances of the fleet with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes("gamelift.amazonaws.com"), some("gamelift:CreateBuild"),
            some("gamelift:RequestUploadCredentials", "build"), some("gamelift:CreateFleet"),
        ),
        trust="gamelift.amazonaws.com",
    ),
    Technique(
        "glue-001", Status.CATALOGUE, "New development endpoint with a passed role",
        "A shell on the endpoint reads the credentials of its role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_GLUE), some("glue:CreateDevEndpoint")), trust=_GLUE,
    ),
    Technique(
        "glue-002", Status.CATALOGUE, "SSH key for an existing development endpoint",
        "With the key of the attacker added, a shell on the endpoint reads the credentials of its role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "glue:UpdateDevEndpoint"),),
        trust=_GLUE, carriers=(_DEV_ENDPOINT,),
    ),
    Technique(
        "glue-003", Status.CATALOGUE, "New job with a passed role, started",
        "The script of the job runs with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_GLUE), some("glue:CreateJob", "job"), some("glue:StartJobRun", "job")),
        trust=_GLUE,
    ),
    Technique(
        "glue-004", Status.CATALOGUE, "New job with a passed role, triggered",
        "A trigger that starts at once runs the script of the job with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_GLUE), some("glue:CreateJob", "job"), some("glue:CreateTrigger", "trigger")), trust=_GLUE,
    ),
    Technique(
        "glue-005", Status.CATALOGUE, "Passed role for an existing job, started",
        "The job gets a script of the attacker and the role, and runs.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_GLUE), on(On.CARRIER, "glue:UpdateJob"), on(On.CARRIER, "glue:StartJobRun")),
        trust=_GLUE, carriers=(_ANY_JOB,),
    ),
    Technique(
        "glue-006", Status.CATALOGUE, "Passed role for an existing job, triggered",
        "The job gets a script of the attacker and the role, and a trigger that starts at once runs it.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_GLUE), on(On.CARRIER, "glue:UpdateJob"), some("glue:CreateTrigger", "trigger")),
        trust=_GLUE, carriers=(_ANY_JOB,),
    ),
    Technique(
        "glue-007", Status.LATER, "New interactive session with a passed role",
        "Statements of the session run with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_GLUE), some("glue:CreateSession", "session"), some("glue:RunStatement", "session")), trust=_GLUE,
    ),
    Technique(
        "kinesisanalytics-001", Status.LATER, "New Flink application with a passed role",
        "The code of the application runs with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            passes("kinesisanalytics.amazonaws.com"), some("kinesisanalytics:CreateApplication"),
            some("kinesisanalytics:StartApplication", "application"),
        ),
        trust="kinesisanalytics.amazonaws.com",
    ),
    Technique(
        "omics-001", Status.LATER, "New workflow run with a passed role",
        "The tasks of the workflow run in containers with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes("omics.amazonaws.com"), some("omics:CreateWorkflow"), some("omics:StartRun", "run")),
        trust="omics.amazonaws.com", assumes="the role may read the workflow's container image",
    ),
    # --- SageMaker ------------------------------------------------------------------------------------------------
    Technique(
        "sagemaker-001", Status.CATALOGUE, "New notebook instance with a passed role",
        "A terminal of the notebook reads the credentials of its role.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (passes(_SAGEMAKER), some("sagemaker:CreateNotebookInstance", "notebook-instance")),
        trust=_SAGEMAKER,
        assumes="sagemaker:CreatePresignedNotebookInstanceUrl opens it, or a lifecycle script runs in it",
    ),
    Technique(
        "sagemaker-002", Status.CATALOGUE, "New training job with a passed role",
        "The container of the training job runs code of the attacker with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_SAGEMAKER), some("sagemaker:CreateTrainingJob", "training-job")),
        trust=_SAGEMAKER, assumes=_BUCKET,
    ),
    Technique(
        "sagemaker-003", Status.CATALOGUE, "New processing job with a passed role",
        "The container of the processing job runs code of the attacker with the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (passes(_SAGEMAKER), some("sagemaker:CreateProcessingJob", "processing-job")),
        trust=_SAGEMAKER, assumes=_BUCKET,
    ),
    Technique(
        "sagemaker-004", Status.CATALOGUE, "Link to an existing notebook instance",
        "A terminal behind the presigned link reads the credentials of the notebook's role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.CARRIER, "sagemaker:CreatePresignedNotebookInstanceUrl"),),
        trust=_SAGEMAKER, carriers=(_NOTEBOOK,), assumes="the notebook instance is in service",
    ),
    Technique(
        "sagemaker-005", Status.CATALOGUE, "Lifecycle script for an existing notebook instance",
        "A script of the attacker runs with the notebook's role when the notebook starts again.",
        Gain.ACT_AS_ROLE, Target.ROLE,
        (
            some("sagemaker:CreateNotebookInstanceLifecycleConfig", "notebook-instance-lifecycle-config"),
            on(On.CARRIER, "sagemaker:StopNotebookInstance"), on(On.CARRIER, "sagemaker:UpdateNotebookInstance"),
            on(On.CARRIER, "sagemaker:StartNotebookInstance"),
        ),
        trust=_SAGEMAKER, carriers=(_NOTEBOOK,),
    ),
)  # fmt: skip
