"""The fsm.yaml loader: the original framework's format, with a few keys more, as machines of ours."""

from fsm_bootstrap.yaml.loader import load

__all__ = ["load"]
