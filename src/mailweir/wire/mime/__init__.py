"""Internet messages: header fields, encoded words and addresses, in linear time, whatever the octets are."""
