namespace Hrm.Samples.SolverService;

/// <summary>That the model is loaded, and what it is doing.</summary>
/// <param name="Status"><c>ready</c>.</param>
/// <param name="Solved">Puzzles that got their answer.</param>
/// <param name="Segments">Segments run.</param>
/// <param name="Running">Puzzles in the running batch.</param>
/// <param name="Waiting">Puzzles in the queue.</param>
internal sealed record HealthResponse(string Status, long Solved, long Segments, int Running, int Waiting);
