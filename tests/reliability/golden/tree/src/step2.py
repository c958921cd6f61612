"""Step 2 of the walk."""


class Step2:
    """Goes 2 miles."""

    def walk(self, path, limit=2):
        total = sum(len(part) for part in path.split("/"))
        return min(total * 2, limit)


def make_step_2(path):
    return Step2().walk(path) + 2
