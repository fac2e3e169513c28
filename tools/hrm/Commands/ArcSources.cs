using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary>Reads the ARC tasks that a command line names.</summary>
internal static class ArcSources
{
    public static Option<string[]> Source { get; } = CommonOptions.Files(
        "--source",
        "One or more files or folders of tasks: a repository of ARC-AGI or ConceptARC, a folder of tasks, one task, or the competition's *_challenges.json with *_solutions.json beside it.");

    public static Option<int> MaxSide { get; } = new("--max-side") { Description = "Keep only the tasks whose grids have at most this number of rows and columns.", DefaultValueFactory = _ => ArcGrid.MaximumSide };

    /// <summary>Reads the sets of all sources.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="sources">Files and folders.</param>
    /// <param name="testFrom">The sets for testing; by default those named evaluation or test.</param>
    /// <param name="isTraining">Whether a task for training without a known output is bad.</param>
    public static IReadOnlyList<ArcTaskSet> Read(ParseResult result, IReadOnlyList<string> sources, IReadOnlyList<string>? testFrom = null, bool isTraining = false)
    {
        var side = CommonOptions.Require(result, MaxSide, 1, ArcGrid.MaximumSide);
        ArcTaskSet[] sets = [.. ReadAll(result, sources, testFrom, isTraining)
            .Select(set => new ArcTaskSet([.. set.Tasks.Where(task => task.Side <= side)], set.IsEvaluation, set.Name))
            .Where(set => set.Tasks.Count > 0)];
        return sets.Length > 0 ? sets : throw new UsageException($"--max-side: expected the side of at least one task, got {side}, which is below that of every task.");
    }

    private static IReadOnlyList<ArcTaskSet> ReadAll(ParseResult result, IReadOnlyList<string> sources, IReadOnlyList<string>? testFrom, bool isTraining)
    {
        if (!result.GetValue(CommonOptions.SkipBad))
        {
            return ArcTaskFile.ReadSets(sources, testFrom);
        }

        var bad = new BadLines("bad file or task", "bad files or tasks");
        var sets = ArcTaskFile.ReadSets(sources, testFrom, bad.Add);
        if (isTraining)
        {
            sets = [.. sets.Select(set => set.IsEvaluation ? set : new ArcTaskSet([.. set.Tasks.Where(HasAnswers)], isEvaluation: false, set.Name))];
        }

        bad.Report();
        return sets;

        bool HasAnswers(ArcTask task)
        {
            if (!task.HasAnswers)
            {
                bad.Add(new HrmFormatException("expected the output of every test pair in a task that is trained on, got none", place: task.Name));
            }

            return task.HasAnswers;
        }
    }
}
