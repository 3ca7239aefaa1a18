"""The tiny task repo, for the tests of this folder."""

from tests.runners.task_repo import shop, shop_folder, task

__all__ = ["shop", "shop_folder", "task"]
