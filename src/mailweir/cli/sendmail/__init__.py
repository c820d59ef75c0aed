"""`mailweir sendmail`: what a program pipes into sendmail is handed to a server by SMTP.

Programs start it for each message, so that it loads neither the other commands nor their parser.
"""

from mailweir.cli.sendmail.running import sendmail

__all__ = ["sendmail"]
