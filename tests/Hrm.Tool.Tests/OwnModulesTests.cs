using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Tool.Tests;

/// <summary><c>--modules</c>: the tool trains, resumes, evaluates, solves and exports models with the modules of an assembly.</summary>
public sealed class OwnModulesTests : IDisposable
{
    private static readonly string Assembly = typeof(GatedModules).Assembly.Location;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_of_own_modules_goes_through_the_commands()
    {
        var (puzzles, run) = (ToolRun.WritePuzzles(_folder), _folder["run"]);
        (await ToolRun.TrainAsync(puzzles, run, "--steps", "2", "--modules", Assembly)).ShouldBeDone();
        new RunFolder(run).ReadSettings().Model.Modules.Should().Be("Hrm.Tool.Tests");
        (await ToolRun.TrainAsync(puzzles, _folder["next"], "--init", run, "--steps", "1", "--modules", Assembly)).ShouldBeDone();
        (await ToolProcess.RunAsync("export", "--model", run, "--output", _folder["exported"], "--modules", Assembly)).ShouldBeDone();
        File.Delete(_folder["exported", "run.json"]);

        (string[] Arguments, int[] Codes)[] commands =
        [
            (["train", "sudoku", "--resume", run, "--set", "Trainer:TotalSteps=3", "--allow-changes"], [0]),
            (["evaluate", "sudoku", "--model", run, "--dtype", "float32"], [0]),
            (["solve", "sudoku", ToolRun.Question, "--model", run], [0, 3]),
            (["solve", "sudoku", ToolRun.Question, "--model", _folder["exported"]], [0, 3]),
        ];
        foreach (var (arguments, codes) in commands)
        {
            // A config never loads code: without the option it says what is missing.
            (await ToolProcess.RunAsync(arguments)).ShouldFail("--modules: expected the assembly that creates the modules of *, of the kind \"Hrm.Tool.Tests\", got none.");
            (await ToolProcess.RunAsync([.. arguments, "--modules", Assembly])).Code.Should().BeOneOf(codes);
        }

        using var model = HrmModel.Load(run, create: config => GatedModules.Create(config, new TorchSharp.torch.Generator(1)));
        model.state_dict().Keys.Should().Contain("L_level.gate.weight");
    }

    [Fact]
    public async Task An_assembly_of_another_kind_is_refused()
    {
        File.WriteAllText(_folder["text.dll"], "not an assembly");
        (string Path, string Message)[] mistakes =
        [
            (_folder["text.dll"], "--modules: *text.dll: expected a .NET assembly for the versions of Hrm and TorchSharp of this tool: *"),
            (_folder["missing.dll"], "--modules: *missing.dll: expected a .NET assembly*"),
            (typeof(HrmModel).Assembly.Location, "--modules: *Hrm.Core.dll: expected exactly one public static method HrmModel Create(HrmConfig, torch.Generator) in its public classes, got 0."),
        ];
        foreach (var (path, message) in mistakes)
        {
            FluentActions.Invoking(() => new OwnModules(path)).Should().Throw<UsageException>().WithMessage(message);
        }

        (await ToolRun.TrainAsync(ToolRun.WritePuzzles(_folder), _folder["run"], "--steps", "1", "--modules", Assembly, "--set", "Architecture=Shared"))
            .ShouldFail("--modules: expected the architecture Hrm*got Shared.");
        using var model = ToolRun.CreateModel();
        model.Save(_folder["saved"]);
        (await ToolProcess.RunAsync("solve", "sudoku", ToolRun.Question, "--model", _folder["saved"], "--modules", Assembly))
            .ShouldFail("*saved*model.safetensors*L_level.gate.weight*");
        AuthorsFiles.Write(_folder["authors"], model);
        (await ToolProcess.RunAsync("solve", "sudoku", ToolRun.Question, "--model", _folder["authors"], "--modules", Assembly))
            .ShouldFail("--modules: does nothing with *authors, a checkpoint of the authors' code; leave it out.");
    }

    [Fact]
    public void An_error_of_the_code_is_named()
    {
        using var generator = new TorchSharp.torch.Generator(1);
        var modules = new OwnModules(Assembly);
        modules.Invoking(it => it.Create(ToolRun.Config with { VocabularySize = GatedModules.Refused }, generator)).Should().Throw<UsageException>()
            .WithMessage("--modules: *: Create failed with NotSupportedException: *");
        modules.Invoking(it => it.Create(ToolRun.Config with { Modules = "gated", VocabularySize = GatedModules.Changed }, generator)).Should().Throw<UsageException>()
            .WithMessage("--modules: *: expected Create to return a model of the config that it gets, got one of another.");
    }
}
