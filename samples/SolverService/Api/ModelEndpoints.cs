using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>What is served, and how it fares.</summary>
internal static class ModelEndpoints
{
    public static void MapModel(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/model", Model).WithSummary("What the model solves, with puzzles to try.");
        routes.MapGet("/health", Health).WithSummary("Answers as soon as the model is loaded: before that nobody listens.");
    }

    private static ModelResponse Model(ServedPuzzle puzzle, HrmSolver solver)
        => new(puzzle.Kind, puzzle.Side, puzzle.BoxRows, puzzle.Symbols, solver.Config.ParameterCount, puzzle.Examples);

    private static HealthResponse Health(HrmSolver solver)
    {
        var statistics = solver.Statistics;
        return new HealthResponse("ready", statistics.Solved, statistics.Segments, statistics.Running, statistics.Waiting);
    }
}
