using Hrm.Core;
using Hrm.PyTorch;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/authors-checkpoints.md, on small checkpoints.</summary>
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
            AuthorsFiles.Write("checkpoints/sudoku", written, step: 100);
            AuthorsFiles.Write("checkpoints/sudoku", written, step: 26040);
        }

        // <authors-load>
        using var model = AuthorsCheckpoint.Load("checkpoints/sudoku", sequenceLength: 81);              // the step_N with the largest N
        using var earlier = AuthorsCheckpoint.Load("checkpoints/sudoku/step_26040", sequenceLength: 81); // this one
        // </authors-load>

        model.Config.Should().Be(Config with { RopeTheta = 10000 }); // as the file states it
        earlier.Config.Should().Be(model.Config);

        // <authors-save>
        model.Save("export");
        // </authors-save>

        File.Exists("export/model.safetensors").Should().BeTrue();
    }
}
