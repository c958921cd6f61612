"""Step 4 of the walk."""


class Step4:
    """Goes 4 metres."""

    def walk(self, path, limit=4):
        total = sum(len(part) for part in path.split("/"))
        return min(total * 4, limit)


def make_step_4(path):
    return Step4().walk(path) + 4
