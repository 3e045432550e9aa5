"""The page ``docs/reference/metrics.md``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fsm_adapters._aws.figures import EVENT, MACHINE, STATE
from fsm_ports.metrics_sink import COUNTERS, TIMERS

_HEAD: Final = """\
<!-- Made from the code: python -m fsm_bootstrap.reference metrics > docs/reference/metrics.md -->
# Metrics

Every process counts what it does and times what it runs, by machine, state and event.  Nothing bears a correlation id:
each different value would be a metric of its own.  `PRIMARY_METRICS_SOURCE` and `SECONDARY_METRICS_SOURCE` say where
the figures go; where both are set, both get all of them.

| source | what a flush does |
|---|---|
| `log://` | one line of JSON at level INFO of the logger `fsm.metrics` |
| `emf://NAMESPACE` | one line of CloudWatch Embedded Metric Format for each machine, state and event on standard \
output, which AWS Lambda and the CloudWatch agent turn into metrics: no call |
| `arn:aws:cloudwatch:REGION:ACCOUNT:NAMESPACE` | one PutMetricData for every 1,000 metrics or 1 MB |

A worker flushes every few seconds and at its end, a Lambda function at the end of each invocation.  Figures are never
worth a machine: no flush fails.  CloudWatch gets what it could not take at the next flush (up to 4 MB and 13 days are
kept), but nothing twice: a call whose outcome is unknown is not repeated.  What is given up is told to the log.

"""

_TAIL: Final = f"""\
## In CloudWatch

Metrics bear the names above.  Counters have the unit `Count`: read their sum.  Timers have the unit `Seconds`, and keep
every value, so that percentiles are right.

| dimension | holds |
|---|---|
| `{MACHINE}` | the machine |
| `{STATE}` | the state |
| `{EVENT}` | the event |

A dimension that has nothing to hold is left out.  What is not ASCII is written as Python escapes it.

CloudWatch keeps each combination of dimensions as a metric of its own and adds none of them up.  An alarm over a whole
machine is therefore one on a query:

```sql
SELECT SUM(fatal) FROM "NAMESPACE" WHERE {MACHINE} = 'orders'
```
"""


def page() -> str:
    """The whole page."""
    return f"{_HEAD}{_table('Counters', COUNTERS.items())}\n{_table('Timers', TIMERS.items())}\n{_TAIL}"


def _table(title: str, meanings: Iterable[tuple[str, str]]) -> str:
    """Each by its name; `title` in the plural."""
    rows = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in meanings)
    return f"## {title}\n\n| {title.lower().removesuffix('s')} | meaning |\n|---|---|\n{rows}"
