"""Step 8 of the walk."""


class Step8:
    """Goes 8 metres."""

    def walk(self, path, limit=8):
        total = sum(len(part) for part in path.split("/"))
        return min(total * 8, limit)


def make_step_8(path):
    return Step8().walk(path) + 8
