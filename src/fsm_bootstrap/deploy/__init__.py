"""What a deployment needs beside the code: a SAM template, and the permissions of its role."""
