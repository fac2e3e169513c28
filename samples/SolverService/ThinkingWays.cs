using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>The ways of thinking that a request can choose, within the limits of the configuration's section Thinking.</summary>
internal sealed class ThinkingWays
{
    public const string Once = "once";
    private const string Vote = "vote";
    private const string Hard = "hard";

    private readonly OrderedDictionary<string, ThinkingSolver> _ways = [];

    /// <summary>Offers a vote if the section has <c>Symmetries</c>, and a search if it has <c>Evaluations</c> and the task can be searched.</summary>
    /// <exception cref="InvalidConfigException">The section has bad values; all are listed.</exception>
    public ThinkingWays(HrmSolver solver, ServedPuzzle puzzle, IConfiguration section)
    {
        var limits = Read();
        Add(Once, options => (options.Symmetries, options.Starts, options.Evaluations, options.TimeBudget) = (1, 1, 0, null));
        if (limits.Symmetries > 1 || limits.Starts > 1)
        {
            Add(Vote, options => options.Evaluations = 0);
        }

        if (limits.Evaluations > 0 && puzzle.Task is ISearchableTask)
        {
            Add(Hard, options => (options.Symmetries, options.Starts) = (1, 1));
        }

        ThinkingOptions Read()
        {
            var options = new ThinkingOptions();
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            options.Selection = AnswerSelection.Checker;
            return options;
        }

        void Add(string name, Action<ThinkingOptions> narrow)
        {
            var options = Read();
            narrow(options);
            _ways.Add(name, new ThinkingSolver(solver, options, puzzle.Task));
        }
    }

    public IReadOnlyList<string> Names => [.. _ways.Keys];

    /// <summary>Finds a way by its name.</summary>
    /// <exception cref="HrmFormatException">The service does not offer it.</exception>
    public ThinkingSolver Find(string name) => _ways.TryGetValue(name, out var found)
        ? found
        : throw new HrmFormatException($"expected {string.Join(" or ", Names)}, got '{name}'", place: "think");
}
