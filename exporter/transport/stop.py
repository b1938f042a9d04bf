"""What ends the runs of one account, and every wait in them."""

import threading


class Stop(threading.Event):
    """Once it is set, no request is sent, no wait continues, and nothing of the runs is published or stored."""
