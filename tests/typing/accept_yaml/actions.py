"""Actions as people wrote them for the original framework: classes without any annotation."""


class Action:
    """Stands for aws_lambda_fsm.action.Action, which offers the same."""

    def __init__(self, name, **kwargs):
        self.name = name


class Increment(Action):
    def execute(self, context, obj):
        context["count"] = context.get("count", 0) + 1
        return "done" if context["count"] > 100 else "again"


class Toss(Action):
    def execute(self, context, obj):
        if context.retries == 0:
            raise RuntimeError(self.name)


class ListObjects(Action):
    def execute(self, context, obj):
        context["keys"] = ["a", "b"]
        context["next"] = None
        return "listed" if context["keys"] else "empty"


class EncryptObject(Action):
    def execute(self, context, obj):
        key = context["keys"].pop()
        context.setdefault("encrypted", []).append(key)
        return "more" if context["keys"] else ("next_page" if context["next"] else "done")


class Count(Action):
    def execute(self, context, obj):
        context["total"] = len(context.get("encrypted", []))


class RunTask(Action):
    def execute(self, context, obj):
        context["started"] = obj.get("fence_token")


class Report(Action):
    def execute(self, context, obj):
        context["reported"] = True
