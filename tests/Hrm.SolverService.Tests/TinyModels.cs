using Hrm.Core;
using TorchSharp;

namespace Hrm.SolverService.Tests;

/// <summary>Models of a few thousand random values.</summary>
internal static class TinyModels
{
    public static HrmConfig Sudoku(int side) => Config(side * side, side + 2);

    public static HrmConfig Maze(int side) => Config(side * side, 6);

    public static HrmConfig Config(int sequenceLength, int vocabularySize) => new()
    {
        SequenceLength = sequenceLength,
        VocabularySize = vocabularySize,
        HiddenSize = 32,
        Heads = 2,
        HighLayers = 1,
        LowLayers = 1,
        SwiGluInnerWidth = 48,
        ForwardDtype = torch.ScalarType.Float32,
    };

    /// <summary>Saves a model with the config into a folder.</summary>
    public static void Save(HrmConfig config, string folder)
    {
        using var generator = new torch.Generator(1);
        using var model = new HrmModel(config, generator);
        model.Save(folder);
    }
}
