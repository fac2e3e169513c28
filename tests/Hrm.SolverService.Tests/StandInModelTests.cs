using Hrm.Core;
using Hrm.Samples.SolverService;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.SolverService.Tests;

/// <summary>Which model is served where none is named.</summary>
public sealed class StandInModelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_first_model_there_is_taken_without_training(int place)
    {
        using var folder = new TemporaryFolder();
        string[] folders = [folder["a"], folder["b"], folder["c"]];
        foreach (var model in folders[place..2])
        {
            TinyModels.Save(TinyModels.Sudoku(4), model);
        }

        var console = new StringWriter();
        StandInModel.Provide(folders, console).Should().Be(folders[place]);
        console.ToString().Should().BeEmpty();
    }

    [Fact]
    public void The_cache_is_where_the_variable_says()
    {
        StandInModel.Folders(name => name == "HRM_CACHE" ? "/elsewhere" : null)[^1].Should().Be(Path.GetFullPath("/elsewhere/models/sudoku-4x4"));
        StandInModel.Folders(_ => null)[^1].Should().EndWith(Path.Combine("hrm", "models", "sudoku-4x4")).And.NotContain("elsewhere");
    }

    [Fact]
    public void A_kept_model_is_whole_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        using var generator = new torch.Generator(1);
        using var model = new HrmModel(TinyModels.Sudoku(4), generator);

        StandInModel.Keep(model, folder["models", "kept"]);

        using var loaded = HrmModel.Load(folder["models", "kept"]);
        loaded.Config.Should().Be(model.Config);
        Directory.GetDirectories(folder["models"]).Should().ContainSingle();
        StandInModel.Keep(model, folder["models", "kept"]);
        Directory.GetDirectories(folder["models"]).Should().ContainSingle("another service was faster");
    }
}
