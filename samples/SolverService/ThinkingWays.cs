using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Samples.SolverService;

/// <summary>The ways of thinking that a request can choose, within the limits of the configuration's section Thinking.</summary>
internal sealed class ThinkingWays
{
    public const string Once = "once";

    /// <summary>The largest number of votes and searches at once. One more is refused: each takes as much work as many puzzles.</summary>
    public const int MostAtOnce = 4;

    private const string Vote = "vote";
    private const string Hard = "hard";
    private const string Section = "Thinking";

    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(30);

    private readonly OrderedDictionary<string, ThinkingSolver> _ways = [];
    private readonly TimeSpan _retryAfter;
    private int _running;

    /// <summary>
    /// Offers a vote if the section has more than one symmetry or start, and a search if it has <c>Evaluations</c> and the task can be
    /// searched.
    /// </summary>
    /// <exception cref="OptionsValidationException">The section has bad values; all are listed.</exception>
    public ThinkingWays(HrmSolver solver, ServedPuzzle puzzle, IConfiguration section)
    {
        var limits = ReadLimits(section);
        _retryAfter = TimeSpan.FromSeconds(Math.Clamp(limits.TimeBudget!.Value.TotalSeconds, 1, 60)); // By then each has ended.
        Add(Once, options => (options.Symmetries, options.Starts, options.Evaluations, options.TimeBudget) = (1, 1, 0, null));
        if (limits.Symmetries > 1 || limits.Starts > 1)
        {
            Add(Vote, AsVote);
        }

        if (limits.Evaluations > 0 && puzzle.Task is ISearchableTask)
        {
            Add(Hard, AsSearch);
        }

        void Add(string name, Action<ThinkingOptions> narrow)
        {
            var options = Bind(section);
            narrow(options);
            _ways.Add(name, new ThinkingSolver(solver, options, puzzle.Task));
        }
    }

    public IReadOnlyList<string> Names => [.. _ways.Keys];

    /// <summary>Reads the operator's limits, and checks them all, also those of ways that are not offered.</summary>
    /// <exception cref="OptionsValidationException">The section has bad values; all are listed.</exception>
    public static ThinkingOptions ReadLimits(IConfiguration section)
    {
        var (limits, vote, search) = (Bind(section), Bind(section), Bind(section));
        AsVote(vote);
        AsSearch(search);
        List<string> errors = [.. vote.FindErrors().Union(search.FindErrors())];
        if (section[nameof(ThinkingOptions.Selection)] is { } selection)
        {
            errors.Add($"{nameof(ThinkingOptions.Selection)}: expected no value, as the check of the task selects, got {selection}");
        }

        return errors.Count == 0 ? limits : throw Invalid(errors);
    }

    /// <summary>Thinks about a puzzle in the way of a name.</summary>
    /// <exception cref="HrmFormatException">The service does not offer the way.</exception>
    /// <exception cref="SolverBusyException">The queue is full, or <see cref="MostAtOnce"/> votes and searches run.</exception>
    public async Task<ThinkingAnswer> SolveAsync(string name, int[] inputs, CancellationToken cancellationToken)
    {
        if (!_ways.TryGetValue(name, out var way))
        {
            throw new HrmFormatException($"expected {string.Join(" or ", Names)}, got '{name}'", place: "think");
        }

        if (name == Once)
        {
            return await way.SolveAsync(inputs, cancellationToken: cancellationToken);
        }

        try
        {
            return Interlocked.Increment(ref _running) <= MostAtOnce
                ? await way.SolveAsync(inputs, cancellationToken: cancellationToken)
                : throw new SolverBusyException(MostAtOnce, _retryAfter);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private static void AsVote(ThinkingOptions options) => options.Evaluations = 0;

    private static void AsSearch(ThinkingOptions options) => (options.Symmetries, options.Starts) = (1, 1);

    private static ThinkingOptions Bind(IConfiguration section)
    {
        var options = new ThinkingOptions();
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            throw Invalid([error.Message]);
        }

        options.TimeBudget ??= DefaultTime;
        options.Selection = AnswerSelection.Checker;
        return options;
    }

    private static OptionsValidationException Invalid(IEnumerable<string> errors)
        => new(Section, typeof(ThinkingOptions), errors.Select(error => $"{Section}: {error}"));
}
