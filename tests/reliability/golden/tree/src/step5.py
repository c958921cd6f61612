"""Step 5 of the walk."""


class Step5:
    """Goes 5 metres."""

    def walk(self, path, limit=5):
        total = sum(len(part) for part in path.split("/"))
        return min(total * 5, limit)


def make_step_5(path):
    return Step5().walk(path) + 5
