"""What DATA means, told so simply that it can be seen to be right: one octet at a time (RFC 5321 §4.5.2)."""


def unstuffed(stream: bytes) -> tuple[bytes, bytes] | None:
    """Content and rest of what follows 354; None when no end has come."""
    content, line, position = b"", b"", 0
    while position < len(stream):
        line += stream[position : position + 1]
        position += 1
        if line.endswith(b"\r\n"):
            if line == b".\r\n":
                return content, stream[position:]
            content += line.removeprefix(b".")
            line = b""
    return None
