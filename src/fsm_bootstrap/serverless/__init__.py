"""What a Lambda function is invoked with, and how it is answered; `fsm_bootstrap.lambda_app` puts it to work."""
