"""What pyproject.toml can't say: the folder models/ at the top level is installed as lesiontrack.models."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["lesiontrack*"]), "lesiontrack.models"],
    package_dir={"lesiontrack.models": "models"},
)
