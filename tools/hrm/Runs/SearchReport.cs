using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Measures a model with a search: exact answers, how they were found, and the number of evaluations.</summary>
/// <param name="report">Receives the answers.</param>
/// <param name="evaluations">The largest number of evaluations per puzzle, the first pass included.</param>
internal sealed class SearchReport(TaskReport report, int evaluations)
{
    private const int MostPending = 64; // Puzzles at once: enough to fill the running batches.

    private ThinkingAnswer[] _answers = [];
    private int _wrong;

    /// <summary>Solves every puzzle of a dataset.</summary>
    public async Task RunAsync(HrmModel model, ISearchableTask task, NamedDataset test, SolverOptions options, CancellationToken cancellationToken)
    {
        using var solver = new HrmSolver(model, options: options);
        var thinking = new ThinkingSolver(solver, new ThinkingOptions { Evaluations = evaluations }, task);
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
        json["found"] = new JsonObject(Sources.Select(source => KeyValuePair.Create(NameOf(source), (JsonNode?)Count(source))));
        json["wrong"] = _wrong;
        if (_answers.Length > 0)
        {
            json["evaluations"] = new JsonObject { ["median"] = Median, ["mean"] = _answers.Average(answer => answer.Evaluations), ["max"] = _answers.Max(answer => answer.Evaluations) };
        }

        json["max_evaluations"] = evaluations;
        return json;
    }

    public void Write(IAnsiConsole console)
    {
        report.Write(console);
        if (_answers.Length > 0)
        {
            console.WriteLine($"{string.Join(", ", Sources.Select(source => $"{NameOf(source).Replace('_', ' ')} {Count(source)}"))}; wrong {_wrong}");
            console.WriteLine($"evaluations per puzzle: median {Median}, mean {_answers.Average(answer => answer.Evaluations):F1}, at most {_answers.Max(answer => answer.Evaluations)}");
        }
    }

    /// <summary>The name of a source in JSON.</summary>
    public static string NameOf(AnswerSource source) => source switch
    {
        AnswerSource.FirstPass => "first_pass",
        AnswerSource.Vote => "vote",
        AnswerSource.Search => "search",
        _ => "not_found",
    };

    private static AnswerSource[] Sources => [AnswerSource.FirstPass, AnswerSource.Search, AnswerSource.NotFound];

    private int Median => _answers.Select(answer => answer.Evaluations).Order().ElementAt(_answers.Length / 2);

    private int Count(AnswerSource source) => _answers.Count(answer => answer.Source == source);
}
