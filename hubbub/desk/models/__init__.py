"""What a team works with: teams, leads, labels."""

from hubbub.desk.models.labels import Label
from hubbub.desk.models.leads import OPEN_LEAD, Lead, LeadStatus
from hubbub.desk.models.teams import Team, TeamAssignment, TeamMembership

__all__ = [
    "OPEN_LEAD",
    "Label",
    "Lead",
    "LeadStatus",
    "Team",
    "TeamAssignment",
    "TeamMembership",
]
