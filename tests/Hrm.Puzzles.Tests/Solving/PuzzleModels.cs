using Hrm.Core;
using TorchSharp;

namespace Hrm.Puzzles.Tests;

/// <summary>Untrained models whose heads say something.</summary>
internal static class PuzzleModels
{
    public static HrmModel Create(int sequenceLength, int vocabularySize, int puzzleIds = 1)
    {
        var config = HrmPresets.Tiny(sequenceLength, vocabularySize) with
        {
            HiddenSize = 16,
            SwiGluInnerWidth = 32,
            PuzzleIdCount = puzzleIds,
            PuzzleEmbeddingWidth = puzzleIds > 1 ? 16 : 0,
            ForwardDtype = torch.ScalarType.Float32,
        };
        using var generator = new torch.Generator(7);
        var model = new HrmModel(config, generator);
        if (puzzleIds > 1)
        {
            // A fresh table is zero, which would make all ids alike.
            using var noGradient = torch.no_grad();
            foreach (var (name, buffer) in model.named_buffers().Concat(model.named_parameters().Select(entry => (entry.name, (torch.Tensor)entry.parameter))))
            {
                if (name.Contains("puzzle_emb", StringComparison.Ordinal))
                {
                    buffer.normal_(0, 1, generator);
                }
            }
        }

        return model;
    }
}
