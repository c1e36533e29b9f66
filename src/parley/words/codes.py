"""Codes, not prose: what must be understood is a code; phrase books render it for the reader."""

from enum import StrEnum


class Precedence(StrEnum):
    """How urgently a message is handled, lowest first. Order by `RANK`, never by text."""

    ROUTINE = "ROUTINE"
    PRIORITY = "PRIORITY"
    IMMEDIATE = "IMMEDIATE"
    FLASH = "FLASH"


RANK = {precedence: rank for rank, precedence in enumerate(Precedence)}


class Activity(StrEnum):
    """What will be done."""

    AIR_STRIKE = "air_strike"
    ARTILLERY_FIRE = "artillery_fire"
    FLIGHT = "flight"
    UNCREWED_FLIGHT = "uncrewed_flight"
    GROUND_MOVEMENT = "ground_movement"
    CONVOY = "convoy"
    LIVE_FIRE_EXERCISE = "live_fire_exercise"
    MISSILE_LAUNCH = "missile_launch"
    MARITIME_MOVEMENT = "maritime_movement"
    SEARCH_AND_RESCUE = "search_and_rescue"
    MEDICAL_EVACUATION = "medical_evacuation"
    WITHHELD = "withheld"
    """An avoidance: "keep out of this area and time". What happens there, who does it and why is not said."""


HUMANITARIAN = frozenset({Activity.CONVOY, Activity.MEDICAL_EVACUATION, Activity.SEARCH_AND_RESCUE})
"""Activities whose begin never needs a reason (rule 3)."""


class Reason(StrEnum):
    """The sender's stated reason: its claim, never a finding."""

    ANSWER_TO_ATTACK = "answer_to_attack"
    SELF_DEFENCE = "self_defence"
    PLANNED_OPERATION = "planned_operation"
    TRAINING = "training"
    HUMANITARIAN = "humanitarian"
    SAFETY = "safety"
    OTHER = "other"
    WITHHELD = "withheld"


class ReplyCode(StrEnum):
    """A person's answer to a notice. `NOTED` is always offered first."""

    NOTED = "noted"
    NO_OBJECTION = "no_objection"
    QUERY = "query"
    OBJECTION = "objection"
    WARNING = "warning"
    NOT_OURS = "not_ours"
    CANNOT_CONTROL = "cannot_control"
    HOLD_REQUESTED = "hold_requested"
    RECEIVED = "received"
    """This and the codes below answer humanitarian notices."""
    PASSED_TO_UNITS = "passed_to_units"
    HAZARD_ON_ROUTE = "hazard_on_route"
    CANNOT_PASS_ON = "cannot_pass_on"  # noqa: S105 - a code, not a secret
    CONTACT_US = "contact_us"


HUMANITARIAN_REPLIES = (
    ReplyCode.RECEIVED,
    ReplyCode.PASSED_TO_UNITS,
    ReplyCode.HAZARD_ON_ROUTE,
    ReplyCode.CANNOT_PASS_ON,
    ReplyCode.CONTACT_US,
)
"""What is offered on a humanitarian notice, in this order: nobody objects to a convoy, nor permits one."""
MILITARY_REPLIES = tuple(code for code in ReplyCode if code not in HUMANITARIAN_REPLIES)
"""What is offered on every other notice, in this order."""


def replies_offered(activity: Activity) -> tuple[ReplyCode, ...]:
    """Return the replies that a person is offered on a notice of this activity."""
    return HUMANITARIAN_REPLIES if activity in HUMANITARIAN else MILITARY_REPLIES


STANDING_REPLIES = frozenset(
    {
        ReplyCode.QUERY,
        ReplyCode.OBJECTION,
        ReplyCode.WARNING,
        ReplyCode.HOLD_REQUESTED,
        ReplyCode.HAZARD_ON_ROUTE,
        ReplyCode.CANNOT_PASS_ON,
        ReplyCode.CONTACT_US,
    }
)
"""Replies that stand beside the notice until they are withdrawn (rule 2)."""


class StopAnswer(StrEnum):
    """A person's answer to a STOP."""

    STOPPING = "stopping"
    STOPPED = "stopped"
    CONTINUING = "continuing"
    NOT_OURS = "not_ours"
    CANNOT_CONTROL = "cannot_control"


class Datum(StrEnum):
    """What an altitude is measured from. Horizontal positions are always WGS 84."""

    ELLIPSOID = "ellipsoid"
    MEAN_SEA_LEVEL = "mean_sea_level"
    ABOVE_GROUND = "above_ground"
    FLIGHT_LEVEL = "flight_level"


class LengthUnit(StrEnum):
    """The unit in which an altitude was entered; the value itself is always kept in millimetres."""

    METRE = "m"
    FOOT = "ft"
    FLIGHT_LEVEL = "FL"


class Edges(StrEnum):
    """How a polygon's edges run between its vertices."""

    GEODESIC = "geodesic"
    STRAIGHT = "straight"
    """Straight in longitude and latitude, as in GeoJSON."""


class CoordinateFormat(StrEnum):
    """How a coordinate was written when it was entered."""

    DECIMAL = "decimal"
    DM = "dm"
    DMS = "dms"
    MGRS = "mgrs"
    UTM = "utm"
    UPS = "ups"
    GARS = "gars"
    GEOREF = "georef"
    PLACE = "place"
    """A name of the gazetteer: the precision is its radius of uncertainty."""
    PLOTTED = "plotted"
    """Picked on a map or computed: there is no text."""


class Role(StrEnum):
    """What a person may do at a desk."""

    WATCH_OFFICER = "watch_officer"
    RELEASER = "releaser"
    LINGUIST = "linguist"
    LEGAL_ADVISER = "legal_adviser"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    NODE = "node"
    """No person: the node itself, in receipts and `unreadable`."""


class Assurance(StrEnum):
    """How sure the node is of who acted."""

    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105 - a code, not a secret
    VOICE = "voice"
    TOKEN = "token"  # noqa: S105 - a code: whoever holds the node's local token file
    NODE = "node"
    """The node itself: receipts and `unreadable`, which no person makes."""


class Medium(StrEnum):
    """How people spoke when no node carried it."""

    TELEPHONE = "telephone"
    RADIO = "radio"
    IN_PERSON = "in_person"
    WRITTEN = "written"
    """A paper, fax, text message or e-mail from person to person."""


class RelayWay(StrEnum):
    """What a relay asks or tells."""

    PASS_ON = "pass_on"  # noqa: S105 - a code, not a secret
    """Please pass this to another party."""
    HEARD_FROM = "heard_from"
    """This was heard from another party."""


class RelayMedium(StrEnum):
    """How one link of a relay's chain was said."""

    TELEPHONE = "telephone"
    RADIO = "radio"
    IN_PERSON = "in_person"
    WRITTEN = "written"
    LINE = "line"
    """Signed, over a line of its own."""


class LineKind(StrEnum):
    """Whether the other side runs a node."""

    JOINED = "joined"
    PHONE = "phone"
    """It does not: every step is what we attest, never signed by them."""


class Override(StrEnum):
    """What a begin goes ahead over; each needs a releaser's stated reason (rule 3)."""

    READ_BACK_MISSING = "read_back_missing"
    OBJECTION_STANDING = "objection_standing"
    QUERY_STANDING = "query_standing"
    WARNING_STANDING = "warning_standing"
    HOLD_STANDING = "hold_standing"
    STOP_STANDING = "stop_standing"
    HAZARD_ON_ROUTE_STANDING = "hazard_on_route_standing"
    NOT_PASSED_ON = "not_passed_on"
    """The other side said that it cannot pass the notice on to its units."""
    CONTACT_ASKED = "contact_asked"


class UnitState(StrEnum):
    """What an own unit is known to do about a notice. Private."""

    WARNED = "warned"
    """It was told; nothing has come back yet."""
    HAS_IT = "has_it"
    COMPLYING = "complying"
    REFUSES = "refuses"
    NOT_UNDER_OUR_COMMAND = "not_under_our_command"
    NO_CONTACT = "no_contact"


class EvidenceLevel(StrEnum):
    """What the record of a line can show; part of its terms."""

    OWN_LOG = "own_log"
    SIGNED = "signed"
    COUNTERSIGNED = "countersigned"
