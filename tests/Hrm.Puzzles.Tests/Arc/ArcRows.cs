using Hrm.Core;

namespace Hrm.Puzzles.Tests;

/// <summary>A puzzle of a dataset: its id as text, and its examples.</summary>
internal sealed record ArcRows(string Identifier, IReadOnlyList<PuzzleExample> Examples);
