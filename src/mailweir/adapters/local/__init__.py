"""The bus of one machine, over local datagram sockets."""
