"""Templates with at least one pair of resources for each relation, and the pairs by logical id.

A line says `Subject: relation=Other,Another relation=Other`. `-` stands for none, a trailing `?` for not known to be all.
"""

COMPUTE = """
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt R.Arn
      Layers: [!Ref L]
      CodeSigningConfigArn: !Ref Csc
      KmsKeyArn: !GetAtt Key.Arn
      DeadLetterConfig: {TargetArn: !GetAtt Dlq.Arn}
      VpcConfig: {SubnetIds: [!Ref S1, !Ref S2], SecurityGroupIds: [!Ref Sg]}
      FileSystemConfigs: [{Arn: !GetAtt Ap.Arn, LocalMountPath: /mnt/a}]
      LoggingConfig: {LogGroup: !Ref Lg}
  G:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: gee, Role: !GetAtt R.Arn, PackageType: Image, Code: {ImageUri: !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${Repo}:latest"}}
  GLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/gee}}
  Lg: {Type: AWS::Logs::LogGroup, Properties: {KmsKeyId: !GetAtt Key.Arn}}
  Filter: {Type: AWS::Logs::SubscriptionFilter, Properties: {LogGroupName: !Ref Lg, DestinationArn: !GetAtt G.Arn, FilterPattern: ""}}
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Action: "sts:AssumeRoleWithWebIdentity", Principal: {Federated: !Ref Idp}}]}}}
  Idp: {Type: AWS::IAM::OIDCProvider, Properties: {Url: "https://token.example.com"}}
  L: {Type: AWS::Lambda::LayerVersion, Properties: {LayerName: deps}}
  Csc: {Type: AWS::Lambda::CodeSigningConfig, Properties: {}}
  Key: {Type: AWS::KMS::Key, Properties: {}}
  KeyAlias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/mine, TargetKeyId: !Ref Key}}
  Dlq: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: alias/mine}}
  Own: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: alias/aws/sqs}}
  Repo: {Type: AWS::ECR::Repository, Properties: {RepositoryName: team/shop}}
  Fs: {Type: AWS::EFS::FileSystem, Properties: {}}
  Ap: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Fs}}
  Mt: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: !Ref Fs, SubnetId: !Ref S1, SecurityGroups: [!Ref Sg]}}
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  S1: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V}}
  S2: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V}}
  Sg: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref V, GroupDescription: x}}
  Rt: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  RtA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S1, RouteTableId: !Ref Rt}}
  Vpce: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref V, ServiceName: com.amazonaws.eu-west-1.sqs, SubnetIds: [!Ref S1], SecurityGroupIds: [!Ref Sg]}}
  U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Al, AuthType: NONE}}
  Al:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref F, Name: live, FunctionVersion: !GetAtt Ver.Version}
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref App, DeploymentGroupName: !Ref Dg}}
  Plain: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref G, Name: plain, FunctionVersion: "1"}}
  Ver: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
  App: {Type: AWS::CodeDeploy::Application, Properties: {ComputePlatform: Lambda}}
  Dg: {Type: AWS::CodeDeploy::DeploymentGroup, Properties: {ApplicationName: !Ref App, ServiceRoleArn: !GetAtt R.Arn, AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Alarm}]}}}
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Lambda, MetricName: Errors, Dimensions: [{Name: FunctionName, Value: !Ref F}]}}
  MathAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - {Id: a, Expression: "b * 100"}
        - {Id: b, MetricStat: {Metric: {Namespace: AWS/Lambda, MetricName: Errors, Dimensions: [{Name: FunctionName, Value: gee}]}, Period: 60, Stat: Sum}}
  AllAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Lambda, MetricName: Throttles}}
  QueryAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Metrics: [{Id: q, Expression: "SELECT SUM(Errors) FROM SCHEMA(\\"AWS/Lambda\\", FunctionName)", Period: 60}]}}
  P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: "lambda:InvokeFunction", Principal: events.amazonaws.com}}
  M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Al, EventSourceArn: !GetAtt Q.Arn, DestinationConfig: {OnFailure: {Destination: !Ref T}}}}
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  Ic: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref F, Qualifier: $LATEST, DestinationConfig: {OnFailure: {Destination: !GetAtt Dlq.Arn}, OnSuccess: {Destination: !GetAtt Bus.Arn}}}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  Rule: {Type: AWS::Events::Rule, Properties: {EventBusName: !Ref Bus, Targets: [{Id: a, Arn: !GetAtt F.Arn, DeadLetterConfig: {Arn: !GetAtt Dlq.Arn}}, {Id: b, Arn: !Ref Sm, RoleArn: !GetAtt R.Arn}]}}
  Sched: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt F.Arn, RoleArn: !GetAtt R.Arn, DeadLetterConfig: {Arn: !GetAtt Dlq.Arn}}}}
  Sched2: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !Ref Sm, RoleArn: !GetAtt R.Arn}}}
  Pipe: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Q.Arn, Target: !GetAtt F.Arn, RoleArn: !GetAtt R.Arn}}
  Pipe2: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Q.Arn, Target: !Ref Sm, RoleArn: !GetAtt R.Arn}}
  Sub: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: lambda, Endpoint: !GetAtt F.Arn}}
  B: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt F.Arn}]}}}
  Sm:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt R.Arn
      EncryptionConfiguration: {Type: CUSTOMER_MANAGED_KMS_KEY, KmsKeyId: !GetAtt Key.Arn}
      LoggingConfiguration: {Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Lg.Arn}}]}
      DefinitionString: !Sub '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F.Arn}", "Next": "B"}, "B": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "${Q}", "MessageBody": "x"}, "Next": "C"}, "C": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": "${Sm2}"}, "End": true}}}'
  Sm2:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt R.Arn
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: "${fn}"}, End: true}}}
      DefinitionSubstitutions: {fn: !GetAtt G.Arn}
  SmAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/States, MetricName: ExecutionsFailed, Dimensions: [{Name: StateMachineArn, Value: !Ref Sm}]}}
  St: {Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ServiceNamespace: lambda, ResourceId: !Sub "function:${F}:live", ScalableDimension: "lambda:function:ProvisionedConcurrency"}}
  Sp: {Type: AWS::ApplicationAutoScaling::ScalingPolicy, Properties: {ScalingTargetId: !Ref St, PolicyName: p, PolicyType: TargetTrackingScaling}}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {KmsKeyId: !Ref Key}}
  Rot: {Type: AWS::SecretsManager::RotationSchedule, Properties: {SecretId: !Ref Secret, RotationLambdaARN: !GetAtt G.Arn}}
  Att: {Type: AWS::SecretsManager::SecretTargetAttachment, Properties: {SecretId: !Ref Secret, TargetId: x, TargetType: "AWS::RDS::DBInstance"}}
"""
COMPUTE_PAIRS = """
F: role=R urls=U event_source_mappings=M event_invoke_configs=Ic aliases=Al versions=Ver permissions=P log_group=Lg layers=L
F: code_signing_config=Csc image_repository=- subnets=S1,S2 security_groups=Sg route_tables=Rt vpc=V vpc_endpoints=Vpce
F: access_points=Ap file_systems=Fs dead_letter_target=Dlq failure_destinations=Dlq success_destinations=Bus sources=Q
F: rules=Rule schedules=Sched pipes=Pipe subscriptions=Sub topics=T buckets=B state_machines=Sm alarms=Alarm key=Key
F: account_alarms=AllAlarm,QueryAlarm alias_scalable_targets=St deployment_groups=Dg rotation_schedules=- methods=- integrations=-
G: role=R image_repository=Repo log_group=GLogs alarms=MathAlarm state_machines=Sm2 rotation_schedules=Rot urls=- vpc=- layers=-
G: subnets=- route_tables=- aliases=Plain deployment_groups=- dead_letter_target=- failure_destinations=-
Al: function=F deployment_groups=Dg deployment_alarms=Alarm scalable_targets=St
Plain: function=G deployment_groups=- deployment_alarms=- scalable_targets=-
Ver: function=F
U: function=F distributions=-
P: function=F
M: function=F source=Q failure_destination=T
Ic: function=F failure_destination=Dlq success_destination=Bus
L: functions=F
Csc: functions=F
Repo: functions=G
Sm: role=R log_groups=Lg task_targets=F,Q,Sm2 state_machines=- rules=Rule schedules=Sched2 pipes=Pipe2 alarms=SmAlarm key=Key
Sm2: task_targets=G state_machines=Sm log_groups=- rules=- alarms=- key=-
Dg: role=R application=App alarms=Alarm aliases=Al
St: scaled=Al,F scaling_policies=Sp
R: functions=F,G state_machines=Sm,Sm2 rules=Rule schedules=Sched,Sched2 pipes=Pipe,Pipe2 deployment_groups=Dg identity_providers=Idp
R: data_sources=- identity_pool_attachments=-
Idp: roles=R
Key: aliases=KeyAlias
KeyAlias: key=Key
Dlq: key=Key dead_letter_functions=F failure_invoke_configs=Ic dead_letter_rules=Rule dead_letter_schedules=Sched
Own: key=-
Q: event_source_mappings=M functions=F pipes=Pipe,Pipe2 rules=- subscriptions=- dead_letter_queue=- sources=-
T: subscriptions=Sub functions=F queues=- action_alarms=-
Bus: rules=Rule archives=- policies=- dead_letter_queue=-
Rule: event_bus=Bus targets=F,Sm dead_letter_queues=Dlq roles=R
Sched: targets=F role=R dead_letter_queues=Dlq
Pipe: source=Q targets=F role=R
B: functions=F queues=- distributions=-
Sub: topic=T function=F queue=- dead_letter_queue=-
Lg: subscription_filters=Filter functions=F state_machines=Sm key=Key
GLogs: functions=G subscription_filters=- metric_filters=- key=-
Filter: log_group=Lg function=G
Alarm: metric_resources=F deployment_groups=Dg parents=-
MathAlarm: metric_resources=G
AllAlarm: metric_resources=-
Secret: rotation_schedules=Rot rotation_functions=G target_attachments=Att key=Key
Rot: secret=Secret function=G
Ap: file_system=Fs functions=F
Fs: access_points=Ap mount_targets=Mt
S1: functions=F route_tables=Rt endpoints=Vpce vpc=V
S2: functions=F route_tables=- endpoints=-
V: functions=F endpoints=Vpce subnets=S1,S2 security_groups=Sg route_tables=Rt
Sg: functions=F endpoints=Vpce vpc=V
Rt: subnets=S1 vpc=V
"""

MESSAGES = """
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 3}}}
  Q2: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: !Sub '{"deadLetterTargetArn": "${Dlq.Arn}", "maxReceiveCount": 3}'}}
  Dlq: {Type: AWS::SQS::Queue}
  Qp: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Q, !Ref Q2], PolicyDocument: {Statement: []}}}
  Qi: {Type: AWS::SQS::QueueInlinePolicy, Properties: {Queue: !Ref Dlq, PolicyDocument: {Statement: []}}}
  T: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref Key, Subscription: [{Protocol: sqs, Endpoint: !GetAtt Q2.Arn}, {Protocol: email, Endpoint: a@example.com}]}}
  Key: {Type: AWS::KMS::Key, Properties: {}}
  Tp: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref T], PolicyDocument: {Statement: []}}}
  T2: {Type: AWS::SNS::Topic}
  Ti: {Type: AWS::SNS::TopicInlinePolicy, Properties: {TopicArn: !Ref T2, PolicyDocument: {Statement: []}}}
  Sub: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !GetAtt Q.Arn, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn}}}
  QAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/SQS, MetricName: m, AlarmActions: [!Ref T2, !GetAtt F.Arn], Dimensions: [{Name: QueueName, Value: !GetAtt Dlq.QueueName}]}}
  TAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/SNS, MetricName: m, Dimensions: [{Name: TopicName, Value: !GetAtt T.TopicName}]}}
  Comp: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub "ALARM(${QAlarm}) OR ALARM(\\"${TAlarm}\\")", AlarmActions: [!Ref T2]}}
  F: {Type: AWS::Lambda::Function, Properties: {Role: "arn:aws:iam::111122223333:role/elsewhere"}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders, DeadLetterConfig: {Arn: !GetAtt Dlq.Arn}}}
  BusP: {Type: AWS::Events::EventBusPolicy, Properties: {EventBusName: !Ref Bus, StatementId: s, Action: "events:PutEvents", Principal: "111122223333"}}
  Arch: {Type: AWS::Events::Archive, Properties: {SourceArn: !GetAtt Bus.Arn}}
  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Q.Arn}, {Id: b, Arn: !Ref T}, {Id: c, Arn: !GetAtt Dest.Arn}]}}
  RAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Events, MetricName: m, Dimensions: [{Name: RuleName, Value: !Ref Rule}]}}
  Conn: {Type: AWS::Events::Connection, Properties: {AuthorizationType: BASIC}}
  Dest: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Conn.Arn, HttpMethod: POST, InvocationEndpoint: "https://example.com"}}
  Sg: {Type: AWS::Scheduler::ScheduleGroup, Properties: {Name: nightly}}
  Sched: {Type: AWS::Scheduler::Schedule, Properties: {GroupName: !Ref Sg, Target: {Arn: !GetAtt Q.Arn}}}
  SAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Scheduler, MetricName: m, Dimensions: [{Name: ScheduleGroup, Value: nightly}]}}
  St: {Type: AWS::Kinesis::Stream, Properties: {StreamEncryption: {EncryptionType: KMS, KeyId: !Ref Key}}}
  Cons: {Type: AWS::Kinesis::StreamConsumer, Properties: {StreamARN: !GetAtt St.Arn, ConsumerName: c}}
  Ms: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt St.Arn, DestinationConfig: {OnFailure: {Destination: !GetAtt Dlq.Arn}}}}
  StAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Kinesis, MetricName: m, Dimensions: [{Name: StreamName, Value: !Ref St}]}}
  Pipe: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt St.Arn, SourceParameters: {KinesisStreamParameters: {DeadLetterConfig: {Arn: !GetAtt Dlq.Arn}}}, Enrichment: !GetAtt F.Arn, Target: !GetAtt Q.Arn, RoleArn: x, LogConfiguration: {CloudwatchLogsLogDestination: {LogGroupArn: !GetAtt Lg.Arn}}}}
  Lg: {Type: AWS::Logs::LogGroup}
  PAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/EventBridge/Pipes, MetricName: m, Dimensions: [{Name: PipeName, Value: !Ref Pipe}]}}
  Tab: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}, SSESpecification: {KMSMasterKeyId: !Ref Key}, Tags: [{Key: backup, Value: daily}]}}
  Tab2: {Type: AWS::DynamoDB::Table, Properties: {TableName: other}}
  Mt: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt Tab.StreamArn}}
  PipeT: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Tab.StreamArn, Target: !GetAtt Q.Arn, RoleArn: x}}
  Scal: {Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ServiceNamespace: dynamodb, ResourceId: !Sub "table/${Tab}/index/byDate", ScalableDimension: "dynamodb:index:ReadCapacityUnits"}}
  DAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/DynamoDB, MetricName: m, Dimensions: [{Name: TableName, Value: !Ref Tab}, {Name: Operation, Value: GetItem}]}}
  DAll: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/DynamoDB, MetricName: UserErrors}}
  Glob: {Type: AWS::DynamoDB::GlobalTable, Properties: {TableName: everywhere}}
  Mg: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt Glob.StreamArn}}
  PipeG: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Glob.StreamArn, Target: !GetAtt Q.Arn, RoleArn: x}}
  ScalG: {Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ServiceNamespace: dynamodb, ResourceId: table/everywhere, ScalableDimension: "dynamodb:table:ReadCapacityUnits"}}
  SelG: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: g, IamRoleArn: r, Resources: [!GetAtt Glob.Arn]}}}
  Gd: {Type: AWS::AppSync::DataSource, Properties: {ApiId: x, Name: t, Type: AMAZON_DYNAMODB, DynamoDBConfig: {TableName: !Ref Glob, AwsRegion: x}}}
  Outer: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub "ALARM(${Comp})", AlarmActions: [!GetAtt F.Arn]}}
  Plan: {Type: AWS::Backup::BackupPlan, Properties: {BackupPlan: {BackupPlanName: p, BackupPlanRule: []}}}
  SelTag: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: t, IamRoleArn: r, ListOfTags: [{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: daily}]}}}
  SelArn: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: a, IamRoleArn: r, Resources: [!GetAtt Tab2.Arn, "arn:aws:s3:::*"]}}}
  SelNot: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: n, IamRoleArn: r, Resources: ["arn:aws:dynamodb:*"], NotResources: [!GetAtt Tab.Arn]}}}
  B:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration: {QueueConfigurations: [{Event: e, Queue: !GetAtt Q.Arn}], TopicConfigurations: [{Event: e, Topic: !Ref T}]}
      LoggingConfiguration: {DestinationBucketName: !Ref Logs}
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: !GetAtt Key.Arn}}]}
  Logs: {Type: AWS::S3::Bucket}
  Bp: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: []}}}
  Mf: {Type: AWS::Logs::MetricFilter, Properties: {LogGroupName: !Ref Lg, FilterPattern: ERROR, MetricTransformations: [{MetricNamespace: Shop, MetricName: Errors, MetricValue: "1"}]}}
  MfAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: Shop, MetricName: Errors}}
  LgAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Logs, MetricName: IncomingBytes, Dimensions: [{Name: LogGroupName, Value: !Ref Lg}]}}
  BusAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Events, MetricName: m, Dimensions: [{Name: EventBusName, Value: orders}]}}
  BAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/S3, MetricName: m, Dimensions: [{Name: BucketName, Value: !Ref B}, {Name: StorageType, Value: AllStorageTypes}]}}
"""
MESSAGES_PAIRS = """
Q: dead_letter_queue=Dlq sources=- policies=Qp subscriptions=Sub topics=T rules=Rule buckets=B alarms=- pipes=- key=-
Q2: dead_letter_queue=Dlq policies=Qp subscriptions=T topics=T
Dlq: sources=Q,Q2 policies=Qi alarms=QAlarm dead_letter_subscriptions=Sub failure_mappings=Ms dead_letter_queue=-
Qp: queues=Q,Q2
Qi: queues=Dlq
T: subscriptions=Sub,T,T queues=Q,Q2 functions=- policies=Tp rules=Rule alarms=TAlarm key=Key action_alarms=-
T2: subscriptions=- policies=Ti action_alarms=Comp,QAlarm alarms=-
Tp: topics=T
Ti: topics=T2
Sub: topic=T queue=Q function=- dead_letter_queue=Dlq
QAlarm: metric_resources=Dlq action_topics=T2 action_functions=F parents=Comp
TAlarm: metric_resources=T action_topics=- parents=Comp
Comp: children=QAlarm,TAlarm action_topics=T2 action_functions=- parents=Outer
Outer: children=Comp action_functions=F action_topics=- parents=-
Glob: event_source_mappings=Mg functions=F pipes=PipeG scalable_targets=ScalG backup_selections=SelG,SelNot? data_sources=Gd
Gd: table=Glob
F: role=?
Bus: dead_letter_queue=Dlq policies=BusP archives=Arch rules=- alarms=BusAlarm
Rule: event_bus=- targets=Dest,Q,T dead_letter_queues=- alarms=RAlarm
Conn: api_destinations=Dest
Dest: connection=Conn rules=Rule
Sg: schedules=Sched alarms=SAlarm
Sched: group=Sg targets=Q
St: event_source_mappings=Ms functions=F consumers=Cons pipes=Pipe alarms=StAlarm key=Key
Ms: source=St failure_destination=Dlq
Pipe: source=St enrichment=F targets=Q dead_letter_queues=Dlq log_groups=Lg alarms=PAlarm
Tab: event_source_mappings=Mt functions=F pipes=PipeT scalable_targets=Scal alarms=DAlarm account_alarms=DAll backup_selections=SelTag key=Key data_sources=-
Tab2: event_source_mappings=- scalable_targets=- alarms=- account_alarms=DAll backup_selections=SelArn,SelNot key=-
B: queues=Q topics=T functions=- log_bucket=Logs policies=Bp key=Key backup_selections=SelArn alarms=BAlarm
Logs: policies=- log_bucket=- backup_selections=SelArn
Lg: metric_filters=Mf alarms=LgAlarm stages=-
Mf: log_group=Lg alarms=MfAlarm
Scal: scaled=Tab
"""

DOORS = """
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn}}
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  Al: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: live, FunctionVersion: "1"}}
  U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref F, AuthType: AWS_IAM}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop, EndpointConfiguration: {Types: [PRIVATE], VpcEndpointIds: [!Ref Vpce]}}}
  Vpce: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: vpc-0abc, ServiceName: s}}
  Res: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Me: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Res, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth, RequestValidatorId: !Ref Val, Integration: {Type: AWS_PROXY, Credentials: !GetAtt R.Arn, Uri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}
  Auth: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: a, Type: TOKEN, AuthorizerCredentials: !GetAtt R.Arn, AuthorizerUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Al}/invocations"}}
  AuthPool: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: p, Type: COGNITO_USER_POOLS, ProviderARNs: [!GetAtt Pool.Arn]}}
  Val: {Type: AWS::ApiGateway::RequestValidator, Properties: {RestApiId: !Ref Api}}
  Mod: {Type: AWS::ApiGateway::Model, Properties: {RestApiId: !Ref Api, Name: Order}}
  Gr: {Type: AWS::ApiGateway::GatewayResponse, Properties: {RestApiId: !Ref Api, ResponseType: DEFAULT_4XX}}
  Dep: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  St: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Dep, ClientCertificateId: !Ref Cert, AccessLogSetting: {DestinationArn: !GetAtt Lg.Arn}}}
  Cert: {Type: AWS::ApiGateway::ClientCertificate}
  Lg: {Type: AWS::Logs::LogGroup}
  Up: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: !Ref Api, Stage: !Ref St}]}}
  Upk: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {UsagePlanId: !Ref Up, KeyId: !Ref Ak, KeyType: API_KEY}}
  Ak: {Type: AWS::ApiGateway::ApiKey}
  Dom: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: api.example.com, RegionalCertificateArn: !Ref Acm, MutualTlsAuthentication: {TruststoreUri: !Sub "s3://${Trust}/bundle.pem"}}}
  Bpm: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: !Ref Dom, RestApiId: !Ref Api, Stage: !Ref St}}
  Acm: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: api.example.com}}
  Trust: {Type: AWS::S3::Bucket}
  Acl: {Type: AWS::WAFv2::WebACL, Properties: {Name: acl, Scope: REGIONAL}}
  Assoc: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Sub "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/prod"}}
  AclLog: {Type: AWS::WAFv2::LoggingConfiguration, Properties: {ResourceArn: !GetAtt Acl.Arn, LogDestinationConfigs: [!GetAtt Lg.Arn]}}
  ApiAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/ApiGateway, MetricName: 5XXError, Dimensions: [{Name: ApiName, Value: shop}, {Name: Stage, Value: prod}]}}
  Bus: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/prod/POST/orders"}]}}
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Hst: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Http, StageName: live, AccessLogSettings: {DestinationArn: !GetAtt Lg.Arn}}}
  Rt: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Http, RouteKey: GET /, Target: !Sub "integrations/${Int}", AuthorizerId: !Ref Hauth}}
  Int: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Http, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt F.Arn, CredentialsArn: !GetAtt R.Arn}}
  IntV: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Http, IntegrationType: HTTP_PROXY, ConnectionType: VPC_LINK, ConnectionId: !Ref Vl, IntegrationUri: "https://inner.example.com"}}
  Vl: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: l, SubnetIds: []}}
  Hauth: {Type: AWS::ApiGatewayV2::Authorizer, Properties: {ApiId: !Ref Http, AuthorizerType: REQUEST, AuthorizerUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}
  Hmod: {Type: AWS::ApiGatewayV2::Model, Properties: {ApiId: !Ref Http, Name: Order}}
  Hdom: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: web.example.com, MutualTlsAuthentication: {TruststoreUri: !Sub "s3://${Trust}/b.pem"}, DomainNameConfigurations: [{CertificateArn: !Ref Acm}]}}
  Hmap: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {DomainName: !Ref Hdom, ApiId: !Ref Http, Stage: !Ref Hst}}
  Hmap2: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {DomainName: !Ref Hdom, ApiId: !Ref Api, Stage: !Ref St, ApiMappingKey: rest}}
  HAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/ApiGateway, MetricName: 5xx, Dimensions: [{Name: ApiId, Value: !Ref Http}]}}
  Dist:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        WebACLId: !GetAtt Acl.Arn
        Logging: {Bucket: !GetAtt Trust.DomainName}
        ViewerCertificate: {AcmCertificateArn: !Ref Acm}
        DefaultCacheBehavior: {ResponseHeadersPolicyId: !Ref Rhp}
        Origins:
          - {Id: h, DomainName: web.example.com}
          - {Id: a, DomainName: !GetAtt Site.RegionalDomainName, OriginAccessControlId: !Ref Oac}
          - {Id: b, DomainName: !Sub "${Http}.execute-api.${AWS::Region}.amazonaws.com"}
          - {Id: c, DomainName: !Select [2, !Split ["/", !GetAtt U.FunctionUrl]]}
          - {Id: d, DomainName: api.example.com}
          - {Id: e, DomainName: !Sub "${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
  Site: {Type: AWS::S3::Bucket, Properties: {BucketName: my-site}}
  Oac: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: {Name: o}}}
  Rhp: {Type: AWS::CloudFront::ResponseHeadersPolicy, Properties: {ResponseHeadersPolicyConfig: {Name: r}}}
  DAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/CloudFront, MetricName: m, Dimensions: [{Name: DistributionId, Value: !Ref Dist}]}}
  Gql: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: g, AuthenticationType: AMAZON_COGNITO_USER_POOLS, UserPoolConfig: {UserPoolId: !Ref Pool}, LogConfig: {CloudWatchLogsRoleArn: !GetAtt R.Arn}}}
  Ds: {Type: AWS::AppSync::DataSource, Properties: {ApiId: !GetAtt Gql.ApiId, Name: d, Type: AWS_LAMBDA, ServiceRoleArn: !GetAtt R.Arn, LambdaConfig: {LambdaFunctionArn: !GetAtt F.Arn}}}
  Dt: {Type: AWS::AppSync::DataSource, Properties: {ApiId: !GetAtt Gql.ApiId, Name: t, Type: AMAZON_DYNAMODB, DynamoDBConfig: {TableName: !Ref Tab, AwsRegion: x}}}
  Tab: {Type: AWS::DynamoDB::Table}
  Cache: {Type: AWS::AppSync::ApiCache, Properties: {ApiId: !GetAtt Gql.ApiId}}
  Gk: {Type: AWS::AppSync::ApiKey, Properties: {ApiId: !GetAtt Gql.ApiId}}
  Gr2: {Type: AWS::AppSync::Resolver, Properties: {ApiId: !GetAtt Gql.ApiId, TypeName: Query, FieldName: a}}
  Gs: {Type: AWS::AppSync::GraphQLSchema, Properties: {ApiId: !GetAtt Gql.ApiId, Definition: "type Query {a: String}"}}
  GAssoc: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Ref Gql}}
  GAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/AppSync, MetricName: 5XXError, Dimensions: [{Name: GraphQLAPIId, Value: !GetAtt Gql.ApiId}]}}
  Pool: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreSignUp: !GetAtt F.Arn, CustomEmailSender: {LambdaArn: !GetAtt F.Arn, LambdaVersion: V1_0}}}}
  Cl: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
  Pd: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: d}}
  Pg: {Type: AWS::Cognito::UserPoolGroup, Properties: {UserPoolId: !Ref Pool}}
  Pr: {Type: AWS::Cognito::UserPoolRiskConfigurationAttachment, Properties: {UserPoolId: !Ref Pool, ClientId: ALL}}
  PAssoc: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !GetAtt Pool.Arn}}
  PAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Cognito, MetricName: m, Dimensions: [{Name: UserPool, Value: !Ref Pool}]}}
  Idp: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: true}}
  Ra: {Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: {IdentityPoolId: !Ref Idp, Roles: {authenticated: !GetAtt R.Arn, unauthenticated: !GetAtt R2.Arn}}}
  R2: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: lb}}
  Li: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Lb}}
  LAssoc: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Ref Lb}}
  P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: "lambda:InvokeFunction", Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/"}}
"""
DOORS_PAIRS = """
F: rest_apis=Api methods=Me integrations=Int routes=Rt authorizers=Auth v2_authorizers=Hauth data_sources=Ds user_pools=Pool
U: distributions=Dist
Api: stages=St methods=Me authorizers=Auth,AuthPool models=Mod request_validators=Val deployments=Dep gateway_responses=Gr
Api: base_path_mappings=Bpm domain_names=Dom api_mappings=Hmap2 v2_domain_names=Hdom usage_plans=Up functions=F web_acls=Acl vpc_endpoints=Vpce distributions=Dist rules=Bus alarms=ApiAlarm
St: api=Api log_group=Lg deployment=Dep client_certificate=Cert usage_plans=Up base_path_mappings=Bpm domain_names=Dom web_acl=Acl
Me: api=Api function=F authorizer=Auth request_validator=Val role=R
Auth: api=Api function=F user_pools=- role=R methods=Me
AuthPool: api=Api function=- user_pools=Pool role=- methods=-
Mod: api=Api
Val: api=Api
Dep: api=Api stages=St
Up: apis=Api keys=Upk api_keys=Ak
Upk: usage_plan=Up api_key=Ak
Ak: usage_plan_keys=Upk usage_plans=Up
Http: stages=Hst routes=Rt integrations=Int,IntV authorizers=Hauth models=Hmod api_mappings=Hmap domain_names=Hdom functions=F distributions=Dist alarms=HAlarm
Hst: api=Http log_group=Lg api_mappings=Hmap domain_names=Hdom
Rt: api=Http integration=Int function=F authorizer=Hauth
Int: api=Http function=F vpc_link=- role=R routes=Rt
IntV: api=Http function=- vpc_link=Vl role=- routes=-
Hauth: api=Http function=F routes=Rt
Dom: base_path_mappings=Bpm apis=Api truststore_bucket=Trust certificate=Acm distributions=Dist
Hdom: api_mappings=Hmap,Hmap2 apis=Api,Http truststore_bucket=Trust certificate=Acm distributions=Dist
Bpm: api=Api domain_name=Dom
Hmap: api=Http domain_name=Hdom
Hmap2: api=Api domain_name=Hdom
Trust: truststore_domain_names=Dom,Hdom
Site: distributions=Dist
Dist: origins=Api,Dom,Hdom,Http,Site,U origin_access_controls=Oac web_acl=Acl log_bucket=Trust certificate=Acm response_headers_policies=Rhp alarms=DAlarm
Oac: distributions=Dist
Gql: data_sources=Ds,Dt api_caches=Cache api_keys=Gk resolvers=Gr2 schemas=Gs log_role=R user_pools=Pool alarms=GAlarm web_acl=Acl
Ds: api=Gql function=F table=- role=R
Dt: api=Gql function=- table=Tab
Tab: data_sources=Dt
Pool: clients=Cl domains=Pd groups=Pg risk_configurations=Pr functions=F authorizers=AuthPool graphql_apis=Gql web_acl=Acl alarms=PAlarm
Cl: user_pool=Pool
Idp: role_attachments=Ra roles=R,R2
Ra: identity_pool=Idp roles=R,R2 authenticated_role=R unauthenticated_role=R2
R: data_sources=Ds identity_pool_attachments=Ra
Assoc: web_acl=Acl resource=St
GAssoc: resource=Gql
PAssoc: resource=Pool
LAssoc: resource=Lb
Acl: associations=Assoc,GAssoc,LAssoc,PAssoc logging_configurations=AclLog distributions=Dist stages=St
Lb: listeners=Li web_acl=Acl
Lg: stages=Hst,St
Vpce: rest_apis=Api vpc=?
Bus: targets=Api
"""

NETWORK = """
Resources:
  Store: {Type: AWS::RDS::DBInstance, Properties: {VPCSecurityGroups: [!Ref A]}}
  DbCluster: {Type: AWS::RDS::DBCluster, Properties: {VpcSecurityGroupIds: [!Ref A]}}
  Cache: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {SecurityGroupIds: [!Ref A, !GetAtt B.GroupId]}}
  Serverless: {Type: AWS::ElastiCache::ServerlessCache, Properties: {SecurityGroupIds: [!Ref A]}}
  Dax: {Type: AWS::DAX::Cluster, Properties: {SecurityGroupIds: [!Ref A]}}
  Proxy: {Type: AWS::RDS::DBProxy, Properties: {VpcSecurityGroupIds: [!Ref B]}}
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Pub: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V}}
  Priv: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Att: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref V, InternetGatewayId: !Ref Igw}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Pub}}
  RtPub: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  RtPriv: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref RtPub, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
  ToE: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref RtPriv, DestinationCidrBlock: 10.1.0.0/16, VpcEndpointId: !Ref E}}
  ViaNat: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref RtPriv, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  APub: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Pub, RouteTableId: !Ref RtPub}}
  APriv: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Priv, RouteTableId: !Ref RtPriv}}
  Nacl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref V}}
  NaclE: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Nacl, RuleNumber: 1}}
  NaclA: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref Priv, NetworkAclId: !Ref Nacl}}
  Flow: {Type: AWS::EC2::FlowLog, Properties: {ResourceId: !Ref V, ResourceType: VPC, LogGroupName: !Ref Lg}}
  FlowS: {Type: AWS::EC2::FlowLog, Properties: {ResourceId: !Ref Pub, ResourceType: Subnet, LogDestinationType: s3, LogDestination: "arn:aws:s3:::logs"}}
  Lg: {Type: AWS::Logs::LogGroup}
  A: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref V, SecurityGroupEgress: [{IpProtocol: tcp, DestinationSecurityGroupId: !GetAtt B.GroupId}]}}
  B: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref V, SecurityGroupIngress: [{IpProtocol: tcp, SourceSecurityGroupId: !Ref C}]}}
  C: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref V}}
  In: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt A.GroupId, SourceSecurityGroupId: !Ref C}}
  Eg: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref C, DestinationSecurityGroupId: !Ref A}}
  E: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref V, ServiceName: s, RouteTableIds: [!Ref RtPriv], SubnetIds: [!Ref Priv], SecurityGroupIds: [!Ref A]}}
  NatAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/NATGateway, MetricName: m, Dimensions: [{Name: NatGatewayId, Value: !Ref Nat}]}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceIdentifier: orders}}
  DbAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/RDS, MetricName: m, Dimensions: [{Name: DBInstanceIdentifier, Value: orders}]}}
  Clu: {Type: AWS::RDS::DBCluster, Properties: {DBClusterIdentifier: all}}
  CluAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/RDS, MetricName: m, Dimensions: [{Name: DBClusterIdentifier, Value: !Ref Clu}]}}
  Fh: {Type: AWS::KinesisFirehose::DeliveryStream, Properties: {DeliveryStreamName: fh}}
  FhAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Firehose, MetricName: m, Dimensions: [{Name: DeliveryStreamName, Value: fh}]}}
  Ecs: {Type: AWS::ECS::Cluster, Properties: {ClusterName: ecs}}
  EcsAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/ECS, MetricName: m, Dimensions: [{Name: ClusterName, Value: ecs}]}}
"""
NETWORK_PAIRS = """
Store: security_groups=A
DbCluster: security_groups=A
Cache: security_groups=A,B
Serverless: security_groups=A
Dax: security_groups=A
Proxy: security_groups=B
V: subnets=Priv,Pub endpoints=E flow_logs=Flow route_tables=RtPriv,RtPub security_groups=A,B,C network_acls=Nacl internet_gateways=Igw nat_gateways=Nat functions=-
Pub: vpc=V route_tables=RtPub routes=Out network_acls=- nat_gateways=Nat flow_logs=FlowS endpoints=- functions=-
Priv: vpc=V route_tables=RtPriv routes=ToE,ViaNat network_acls=Nacl nat_gateways=- flow_logs=- endpoints=E
RtPub: vpc=V routes=Out subnets=Pub
RtPriv: vpc=V routes=ToE,ViaNat subnets=Priv
Out: route_table=RtPub internet_gateway=Igw nat_gateway=- endpoint=-
ToE: endpoint=E nat_gateway=- internet_gateway=-
ViaNat: route_table=RtPriv internet_gateway=- nat_gateway=Nat
Att: vpc=V internet_gateway=Igw
Nat: subnet=Pub routes=ViaNat alarms=NatAlarm
Igw: vpcs=V routes=Out
A: vpc=V ingress_groups=- egress_groups=B admitted_by=- ingress_rules=In egress_rules=- endpoints=E databases=DbCluster,Store database_proxies=- caches=Cache,Dax,Serverless
B: databases=- database_proxies=Proxy caches=Cache ingress_groups=C admitted_by=- egress_rules=-
C: admitted_by=B egress_rules=Eg
In: security_group=A source_group=C
Eg: security_group=C destination_group=A
E: vpc=V security_groups=A subnets=Priv route_tables=RtPriv rest_apis=-
Nacl: vpc=V entries=NaclE subnets=Priv
Flow: resource=V log_group=Lg
FlowS: resource=Pub log_group=-
Db: alarms=DbAlarm
Clu: alarms=CluAlarm
Fh: alarms=FhAlarm
Ecs: alarms=EcsAlarm
"""

ALL = (
    (COMPUTE, COMPUTE_PAIRS),
    (MESSAGES, MESSAGES_PAIRS),
    (DOORS, DOORS_PAIRS),
    (NETWORK, NETWORK_PAIRS),
)
