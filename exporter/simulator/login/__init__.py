"""The login host (`login.microsoftonline.com`): tokens, and the pages on which a person signs in."""
