"""The access role: doors of people who sign in by a mail protocol, apart from the public door.

Until accounts exist this is the capture door: a second public door that a flood of the first does not touch.
"""

from mailweir.roles.receiver import serve
from mailweir.roles.seat import Seat


async def run(seat: Seat) -> int:
    """Serves submission and capture until it is asked to stop, or until the disk has failed and recovered."""
    return await serve(seat, "access", "submission", lenient=seat.settings.line_ends_submission == "lenient")
