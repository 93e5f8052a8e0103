"""The document's file: saved, kept against crashes, watched for others."""
