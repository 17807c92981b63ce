"""What a team works with: teams, leads, labels, canned replies, saved views, working hours, notifications."""

from hubbub.desk.models.hours import WorkingHours
from hubbub.desk.models.labels import Label
from hubbub.desk.models.leads import OPEN_LEAD, Lead, LeadStatus
from hubbub.desk.models.notifications import NotificationPreference, PushSubscription
from hubbub.desk.models.replies import CannedReply
from hubbub.desk.models.teams import Team, TeamAssignment, TeamMembership
from hubbub.desk.models.views import SavedView

__all__ = [
    "OPEN_LEAD",
    "CannedReply",
    "Label",
    "Lead",
    "LeadStatus",
    "NotificationPreference",
    "PushSubscription",
    "SavedView",
    "Team",
    "TeamAssignment",
    "TeamMembership",
    "WorkingHours",
]
