using Hrm.Core;
using Hrm.Puzzles;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/inference.md, and the code of the README that solves.</summary>
public sealed class InferenceGuideTests : GuideFolder
{
    private static readonly int[] Tokens = new SudokuTask(SudokuShape.Four).Parse("123.3....1....2.");

    private readonly string _model;

    public InferenceGuideTests()
    {
        _model = Path.GetFullPath("my-model");
        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(16, 6), generator);
        model.Save(_model);
    }

    [Fact]
    public void A_saved_model_answers_in_three_lines()
    {
        // <solve>
        using var solver = HrmSolver.Load("my-model");
        var answer = new PuzzleSolver(solver, new SudokuTask(SudokuShape.Four)).Solve("123.3....1....2.");
        Console.WriteLine($"{answer.Text}: {answer.IsSolution}, after {answer.Thinking.Segments} segments");
        // </solve>

        answer.Thinking.Segments.Should().BePositive();
    }

    [Fact]
    public void An_answer_forms_segment_by_segment()
    {
        using var solver = HrmSolver.Load(_model, new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never });
        int[] tokens = Tokens;

        // <trace>
        foreach (var thought in solver.Trace(tokens))
        {
            Console.WriteLine($"segment {thought.Segments}: {string.Join(' ', thought.Tokens)}, Q of halting {thought.QHalt:F1}");
        }
        // </trace>

        solver.Trace(tokens).Should().HaveCount(3);
    }

    [Fact]
    public void Your_own_policy_stops_a_puzzle()
    {
        // <own-policy-solver>
        using var solver = HrmSolver.Load("my-model", halting: new PatientHalting(minimum: 2));
        // </own-policy-solver>

        var answer = solver.Solve(Tokens);
        (answer.Reason == HaltReason.Custom).Should().Be(answer.Segments < 16);
        answer.Segments.Should().BeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.5")]
    public void Your_own_policy_replaces_the_settings_of_an_application(string? confidence)
    {
        var builder = new { Services = new ServiceCollection() };
        builder.Services.AddHrmSolver(new ConfigurationBuilder().AddInMemoryCollection([new("Folder", _model), new("Confidence", confidence)]).Build());

        // <own-policy-host>
        builder.Services.AddSingleton<IHaltingPolicy>(new PatientHalting(minimum: 2));
        // </own-policy-host>

        using var services = builder.Services.BuildServiceProvider();
        var solver = services.GetRequiredService<HrmSolver>;
        if (confidence is null)
        {
            solver().Solve(Tokens).Segments.Should().BeGreaterThanOrEqualTo(2);
        }
        else
        {
            solver.Should().Throw<InvalidConfigException>().WithMessage("*expected none beside a registered IHaltingPolicy*");
        }
    }

    [Fact]
    public async Task A_solver_changes_its_model()
    {
        using var solver = HrmSolver.Load(_model, new SolverOptions { MaxSegments = 1 });
        using (var generator = new torch.Generator(2))
        using (var model = new HrmModel(HrmPresets.Tiny(16, 6), generator))
        {
            model.Save("new-model");
        }

        // <swap>
        await solver.SwapAsync("new-model"); // new requests go to the new model
        await solver.DrainAsync(); // the old one has answered its requests and is freed
        // </swap>

        solver.ModelName.Should().Be("new-model");
    }

    [Fact]
    public async Task Several_solvers_have_names()
    {
        var builder = new
        {
            Services = new ServiceCollection(),
            Configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Easy:Folder", _model), new("Hard:Folder", _model), new("Hard:Limits:MaxSegments", "3"), new("Hard:Limits:Rule", "Never")]).Build(),
        };

        // <named-solvers>
        builder.Services.AddHrmSolver("easy", builder.Configuration.GetSection("Easy"));
        builder.Services.AddHrmSolver("hard", builder.Configuration.GetSection("Hard"));
        builder.Services.AddHealthChecks().AddHrmSolver("easy", tags: ["ready"]).AddHrmSolver("hard", tags: ["ready"]);
        // </named-solvers>

        using var services = builder.Services.AddSingleton<Puzzles>().BuildServiceProvider();
        (await services.GetRequiredService<Puzzles>().SolveAsync(Tokens, isHard: true)).Segments.Should().Be(3);
    }

    // <keyed-solvers>
    internal sealed class Puzzles([FromKeyedServices("easy")] HrmSolver easy, [FromKeyedServices("hard")] HrmSolver hard)
    {
        public Task<SolverAnswer> SolveAsync(int[] tokens, bool isHard) => (isHard ? hard : easy).SolveAsync(tokens);
    }
    // </keyed-solvers>

    [Fact]
    public void More_thinking_takes_symmetries_and_votes()
    {
        using var solver = HrmSolver.Load(_model, new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });

        // <think>
        var thinking = new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 9, MaxSegments = 32 }, new SudokuTask(SudokuShape.Four));
        // </think>

        thinking.Solve(Tokens).Attempts.Should().Be(9);
    }

    [Fact]
    public void A_search_checks_its_answer()
    {
        using var solver = HrmSolver.Load(_model, new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });

        // <search>
        var search = new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 300 }, new SudokuTask(SudokuShape.Four));
        // </search>

        var answer = search.Solve(Tokens);
        answer.IsSolution.Should().BeTrue("the candidates of a 4×4 puzzle leave few partial answers");
        answer.Source.Should().BeOneOf(AnswerSource.FirstPass, AnswerSource.Search);
    }

    [Fact]
    public void An_application_shares_one_solver()
    {
        var builder = new
        {
            Services = new ServiceCollection(),
            Configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Solver:Folder", _model)]).Build(),
        };

        // <host-solver>
        builder.Services.AddHrmSolver(builder.Configuration.GetSection("Solver"));
        // </host-solver>

        using var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<HrmSolver>().Config.SequenceLength.Should().Be(16);
    }
}
