using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using Hrm.Training;

namespace Hrm.Tool.Tests;

/// <summary>Comparison with the output of the authors' builder for the same lists.</summary>
[Trait("Category", "Golden")]
public class GoldenSudokuTests
{
    [Theory]
    [InlineData("train", 12, 4)]
    [InlineData("test", 8, 1)]
    public void The_originals_and_the_structure_with_and_without_augmentation_equal_the_authors(string split, int count, int variants)
    {
        var originals = Build(split, augmentations: 0);
        var groups = Build(split, augmentations: 3);
        using var recorded = PuzzleDatasetFolder.Open(Path.Combine(Folder, "built_aug3"), split);
        var (inputs, labels) = Tokens(recorded);

        originals.Should().HaveCount(count);
        using (var plain = PuzzleDatasetFolder.Open(Path.Combine(Folder, "built"), split))
        {
            var (plainInputs, plainLabels) = Tokens(plain);
            ShouldHaveTheStructureOf(originals, plain);
            originals.SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle[0].Inputs).Should().Equal(plainInputs.SelectMany(row => row));
            originals.SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle[0].Labels).Should().Equal(plainLabels.SelectMany(row => row));
        }

        groups.Should().HaveCount(count).And.OnlyContain(group => group.Puzzles.Count == variants);
        ShouldHaveTheStructureOf(groups, recorded);
        for (var group = 0; group < count; group++)
        {
            groups[group].Puzzles[0][0].Inputs.Should().Equal(inputs[group * variants]);
            groups[group].Puzzles[0][0].Labels.Should().Equal(labels[group * variants]);
            groups[group].Puzzles.Select(puzzle => string.Join(' ', puzzle[0].Inputs)).Should().OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void The_authors_variants_and_ours_are_symmetric_to_the_original()
    {
        var task = new SudokuTask(SudokuShape.Nine);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Nine);
        using var recorded = PuzzleDatasetFolder.Open(Path.Combine(Folder, "built_aug3"), "train");
        var (inputs, labels) = Tokens(recorded);
        var groups = Build("train", augmentations: 3);
        for (var group = 0; group < groups.Length; group++)
        {
            var original = groups[group].Puzzles[0][0];
            var form = canonicalForm.Of(task.DecodeExample(original.Labels));
            var givens = task.DecodeExample(original.Inputs).GivenCount;
            for (var variant = 0; variant < 4; variant++)
            {
                RequireSymmetric(inputs[(group * 4) + variant], labels[(group * 4) + variant]);
                RequireSymmetric(groups[group].Puzzles[variant][0].Inputs, groups[group].Puzzles[variant][0].Labels);
            }

            void RequireSymmetric(int[] question, int[] answer)
            {
                task.IsSolution(question, answer).Should().BeTrue();
                canonicalForm.Of(task.DecodeExample(answer)).Should().Be(form);
                task.DecodeExample(question).GivenCount.Should().Be(givens);
            }
        }
    }

    private static PuzzleGroup[] Build(string split, int augmentations)
    {
        var puzzles = SudokuCsv.Read(Path.Combine(Folder, "raw", $"{split}.csv"), SudokuShape.Nine);
        var builder = new SudokuDatasetBuilder(SudokuShape.Nine, new SudokuDatasetOptions { Augmentations = augmentations });
        return [.. split == "train" ? builder.BuildTraining(puzzles, new StatefulRandom(1)) : builder.BuildTest(puzzles)];
    }

    private static (int[][] Inputs, int[][] Labels) Tokens(PuzzleDatasetFolder split)
    {
        var rows = Enumerable.Range(0, split.ExampleCount).Select(example =>
        {
            var (inputs, labels) = (new int[split.SequenceLength], new int[split.SequenceLength]);
            split.Read(example, inputs, labels);
            return (Inputs: inputs, Labels: labels);
        }).ToArray();
        return ([.. rows.Select(row => row.Inputs)], [.. rows.Select(row => row.Labels)]);
    }

    private static void ShouldHaveTheStructureOf(PuzzleGroup[] groups, PuzzleDatasetFolder split)
    {
        var dataset = new InMemoryPuzzleDataset(groups, split.VocabularySize, split.PuzzleIdCount);
        dataset.GroupOffsets.Should().Equal(split.GroupOffsets);
        dataset.PuzzleOffsets.Should().Equal(split.PuzzleOffsets);
        dataset.PuzzleIds.Should().Equal(split.PuzzleIds);
    }

    private static string Folder => RepositoryFolder.Combine("tests", "golden", "datasets", "sudoku");
}
