"""Where and how Amazon ECS is to run a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

LaunchType: TypeAlias = Literal["EC2", "EXTERNAL", "FARGATE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettings:
    """What RunTask wants to know beside the task itself.

    Raises:
        ValueError: both a launch type and a capacity provider; a security group or a public address without a subnet.
    """

    subnets: tuple[str, ...] = ()
    """Of the task's own network interface; needed where the task definition says ``awsvpc``, as on Fargate."""
    security_groups: tuple[str, ...] = ()
    """Of that interface; none: the default one of the VPC."""
    public_address: bool = False
    """The interface gets an address of the internet."""
    launch_type: LaunchType | None = None
    capacity_provider: str | None = None
    """None of the two: the cluster's default capacity provider strategy."""
    container: str = ""
    """Which container of the task definition gets command and environment; empty: the first one."""

    def __post_init__(self) -> None:
        if self.launch_type is not None and self.capacity_provider is not None:
            raise ValueError("give a launch type or a capacity provider, not both")
        if (self.security_groups or self.public_address) and not self.subnets:
            raise ValueError("security groups and a public address belong to subnets: name these too")
