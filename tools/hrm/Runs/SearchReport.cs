using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Measures a model with several starts or a search: exact answers and, of a search, how they were found, and the number of evaluations.</summary>
/// <param name="report">Receives the answers.</param>
/// <param name="options">The starts and the search.</param>
/// <param name="limits">The limits of the solver; its largest number of segments is also that of an evaluation.</param>
internal sealed class SearchReport(TaskReport report, ThinkingOptions options, SolverOptions limits)
{
    private const int MostPending = 64; // Puzzles at once: enough to fill the running batches.

    private ThinkingAnswer[] _answers = [];
    private int _wrong;

    /// <summary>Solves every puzzle of a dataset.</summary>
    public async Task RunAsync(HrmModel model, IPuzzleTask task, NamedDataset test, CancellationToken cancellationToken)
    {
        using var solver = new HrmSolver(model, options: limits);
        var thinking = new ThinkingSolver(solver, options, task);
        _answers = new ThinkingAnswer[test.Examples.ExampleCount];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = MostPending, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, _answers.Length, limit, async (example, cancelled) =>
            _answers[example] = await thinking.SolveAsync(test.Read(example).Inputs, cancellationToken: cancelled));
        for (var example = 0; example < _answers.Length; example++)
        {
            var (inputs, labels) = test.Read(example);
            var answer = _answers[example];
            var isExact = answer.Tokens.Zip(labels).All(pair => pair.Second == PuzzleBatch.IgnoredLabel || pair.First == pair.Second);
            report.Add(example, inputs, answer.Tokens, isExact, (int)answer.Segments);
            _wrong += answer.Source != AnswerSource.NotFound && !isExact ? 1 : 0;
        }
    }

    /// <summary>Returns the report with how the answers were found; <c>wrong</c> counts the found answers that are not exact.</summary>
    public JsonObject ToJson()
    {
        var json = report.ToJson();
        json["starts"] = options.Starts;
        if (options.Evaluations == 0)
        {
            return json;
        }

        json["found"] = new JsonObject(Sources.Select(source => KeyValuePair.Create(NameOf(source), (JsonNode?)Count(source))));
        json["wrong"] = _wrong;
        if (_answers.Length > 0)
        {
            json["evaluations"] = new JsonObject { ["median"] = Median(_answers.Select(answer => answer.Evaluations)), ["mean"] = _answers.Average(answer => answer.Evaluations), ["max"] = _answers.Max(answer => answer.Evaluations) };
        }

        json["max_evaluations"] = options.Evaluations;
        json["evaluation_segments"] = Segments;
        return json;
    }

    public void Write(IAnsiConsole console)
    {
        report.Write(console);
        if (_answers.Length > 0 && options.Evaluations > 0)
        {
            console.WriteLine($"{string.Join(", ", Sources.Select(source => $"{NameOf(source).Replace('_', ' ')} {Count(source)}"))}; wrong {_wrong}");
            console.WriteLine($"evaluations of at most {Words.Count(Segments, "segment")} per puzzle: median {Median(_answers.Select(answer => answer.Evaluations))}, mean {_answers.Average(answer => answer.Evaluations):F1}, at most {_answers.Max(answer => answer.Evaluations)}");
        }
    }

    /// <summary>The middle value, or the mean of the two middle values; of at least one value.</summary>
    public static double Median(IEnumerable<int> values)
    {
        int[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + (double)sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The name of a source in JSON.</summary>
    public static string NameOf(AnswerSource source) => source switch
    {
        AnswerSource.FirstPass => "first_pass",
        AnswerSource.Vote => "vote",
        AnswerSource.Search => "search",
        _ => "not_found",
    };

    private AnswerSource[] Sources => options.Starts > 1
        ? [AnswerSource.FirstPass, AnswerSource.Vote, AnswerSource.Search, AnswerSource.NotFound]
        : [AnswerSource.FirstPass, AnswerSource.Search, AnswerSource.NotFound];

    private int Segments => Math.Min(options.SearchSegments, limits.MaxSegments);

    private int Count(AnswerSource source) => _answers.Count(answer => answer.Source == source);
}
