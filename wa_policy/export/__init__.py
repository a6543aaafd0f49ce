"""The live export: writes with boto3 the folder that `wa-policy scan` reads. Nothing else opens a connection."""
