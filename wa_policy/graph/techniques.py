"""The escalation techniques, as data that `escalation` interprets. The numbers of the catalogue are kept as ids.

Facts are those of pathfinding.cloud (DataDog), its later entries and proposals, and what the AWS documentation says of
the actions; each entry names its source, and a note says where the two do not agree.
"""

from __future__ import annotations

from wa_policy.graph.technique import Technique
from wa_policy.graph.techniques_compute import COMPUTE
from wa_policy.graph.techniques_iam import IAM
from wa_policy.graph.techniques_platform import PLATFORM

TECHNIQUES: tuple[Technique, ...] = tuple(
    sorted((*IAM, *COMPUTE, *PLATFORM), key=lambda technique: technique.id)
)
