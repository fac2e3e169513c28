namespace Hrm.Samples.SolverService;

/// <summary>What the service solves.</summary>
/// <param name="Kind"><c>sudoku</c> or <c>maze</c>.</param>
/// <param name="Side">Rows and columns.</param>
/// <param name="BoxRows">Rows of a box, of a Sudoku; else 0.</param>
/// <param name="Symbols">The characters of a question, the empty cell first.</param>
/// <param name="Parameters">The number of parameters of the model.</param>
/// <param name="Examples">Puzzles to try.</param>
internal sealed record ModelResponse(string Kind, int Side, int BoxRows, string Symbols, long Parameters, IReadOnlyList<string> Examples);
