"""Step 3 of the walk."""


class Step3:
    """Goes 3 metres."""

    def walk(self, path, limit=3):
        total = sum(len(part) for part in path.split("/"))
        return min(total * 3, limit)


def make_step_3(path):
    return Step3().walk(path) + 3
