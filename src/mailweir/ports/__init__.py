"""What services need from outside, as `typing.Protocol`s. Each method is one transaction."""
