"""What the settings name in AWS: looked at by ``fsm doctor``, made by ``fsm resources create``."""
