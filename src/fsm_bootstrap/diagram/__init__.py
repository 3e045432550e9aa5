"""Pictures of machines: pure functions from a machine to text, in the conventions of UML's state machines."""

from fsm_bootstrap.diagram.picture import Marks, Picture, picture

__all__ = ["Marks", "Picture", "picture"]
