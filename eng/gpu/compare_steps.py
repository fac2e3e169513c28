"""Compares the library's training step with PyTorch's: fails where it is slower, or where the two did not do the same."""

import json
import sys


def main(library_path, torch_path):
    with open(library_path, encoding="utf-8") as file:
        library = json.load(file)["result"]
    with open(torch_path, encoding="utf-8") as file:
        other = json.load(file)
    for name in ("preset", "batch", "dtype"):
        if library[name] != other[name]:
            print(f"{name}: expected the same, got {library[name]} and {other[name]}")
            return 1
    ratio = other["stepMs"] / library["libraryMs"]
    kind = "compiled" if other["compiled"] else "eager"
    print(
        f"{library['preset']}, batch {library['batch']}, {library['dtype']}: library {library['libraryMs']:.2f} ms, "
        f"PyTorch {other['torch']} {kind} {other['stepMs']:.2f} ms: {ratio:.2f} times as long; "
        f"the library takes {library['libraryMs'] / library['productsMs']:.2f} times its matrix products"
    )
    return 0 if ratio >= 1 else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
