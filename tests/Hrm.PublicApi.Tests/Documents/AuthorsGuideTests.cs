using Hrm.Core;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/authors-checkpoints.md, on small checkpoints that this library wrote.</summary>
public sealed class AuthorsGuideTests : GuideFolder
{
    /// <summary>81 tokens, and an architecture that the authors' code has.</summary>
    private static readonly HrmConfig Config = HrmPresets.SudokuExtreme with
    {
        HiddenSize = 32,
        Heads = 2,
        HighLayers = 1,
        LowLayers = 1,
        PuzzleEmbeddingWidth = 32,
    };

    [Fact]
    public void A_checkpoint_loads_with_the_length_of_its_puzzles()
    {
        using (var generator = new torch.Generator(1))
        using (var written = new HrmModel(Config, generator))
        {
            written.SaveForAuthors("checkpoints/sudoku", step: 100);
            written.SaveForAuthors("checkpoints/sudoku", step: 26040);
        }

        // <authors-load>
        using var model = HrmModel.Load("checkpoints/sudoku", sequenceLength: 81);              // the step_N with the largest N
        using var earlier = HrmModel.Load("checkpoints/sudoku/step_26040", sequenceLength: 81); // this one
        // </authors-load>

        model.Config.Should().Be(Config);
        earlier.Config.Should().Be(Config);

        // <authors-save>
        model.SaveForAuthors("export", step: 26040);
        // </authors-save>

        File.Exists("export/all_config.yaml").Should().BeTrue();
        File.Exists("export/step_26040").Should().BeTrue();
    }

    [Fact]
    public void A_tiny_recursive_model_is_loaded()
    {
        using var generator = new torch.Generator(1);
        using (var written = TinyRecursiveModel.Create(Config, generator))
        {
            written.SaveForAuthors("checkpoints/trm");
        }

        // <authors-shared>
        using var model = HrmModel.Load("checkpoints/trm", sequenceLength: 81);
        // </authors-shared>

        model.Config.LowLayers.Should().Be(Config.LowLayers);
    }
}
