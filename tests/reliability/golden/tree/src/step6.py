"""Step 6 of the walk."""


class Step6:
    """Goes 6 metres."""

    def walk(self, path, limit=6):
        total = sum(len(part) for part in path.split("/"))
        return min(total * 6, limit)


def make_step_6(path):
    return Step6().walk(path) + 6
