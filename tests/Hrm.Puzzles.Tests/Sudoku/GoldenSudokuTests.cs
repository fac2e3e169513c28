using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

/// <summary>Comparison with the output of the authors' builder for the same lists.</summary>
[Trait("Category", "Golden")]
public class GoldenSudokuTests
{
    private const int Cells = 81;

    [Theory]
    [InlineData("train", 12)]
    [InlineData("test", 8)]
    public void Without_augmentation_every_token_and_offset_equals_the_authors(string split, int count)
    {
        var groups = Build(split, augmentations: 0);
        var recorded = Golden("built", split);

        groups.Should().HaveCount(count);
        groups.SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle).SelectMany(example => example.Inputs).Should().Equal(recorded.Inputs);
        groups.SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle).SelectMany(example => example.Labels).Should().Equal(recorded.Labels);
        RequireStructure(groups, recorded);
    }

    [Theory]
    [InlineData("train", 12, 4)]
    [InlineData("test", 8, 1)]
    public void With_augmentation_the_structure_and_the_first_of_each_group_equal_the_authors(string split, int count, int variants)
    {
        var groups = Build(split, augmentations: 3);
        var recorded = Golden("built_aug3", split);

        groups.Should().HaveCount(count).And.OnlyContain(group => group.Puzzles.Count == variants);
        RequireStructure(groups, recorded);
        for (var group = 0; group < count; group++)
        {
            var start = group * variants * Cells;
            groups[group].Puzzles[0][0].Inputs.Should().Equal(recorded.Inputs[start..(start + Cells)]);
            groups[group].Puzzles[0][0].Labels.Should().Equal(recorded.Labels[start..(start + Cells)]);
        }
    }

    [Fact]
    public void The_authors_variants_and_ours_are_symmetric_to_the_original()
    {
        var task = new SudokuTask(SudokuShape.Nine);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Nine);
        var recorded = Golden("built_aug3", "train");
        var groups = Build("train", augmentations: 3);
        for (var group = 0; group < groups.Length; group++)
        {
            var original = groups[group].Puzzles[0][0];
            var form = canonicalForm.Of(task.DecodeExample(original.Labels));
            var givens = task.DecodeExample(original.Inputs).GivenCount;
            for (var variant = 0; variant < 4; variant++)
            {
                var start = ((group * 4) + variant) * Cells;
                RequireSymmetric(recorded.Inputs[start..(start + Cells)], recorded.Labels[start..(start + Cells)]);
                RequireSymmetric(groups[group].Puzzles[variant][0].Inputs, groups[group].Puzzles[variant][0].Labels);
            }

            void RequireSymmetric(int[] inputs, int[] labels)
            {
                task.IsSolution(inputs, labels).Should().BeTrue();
                canonicalForm.Of(task.DecodeExample(labels)).Should().Be(form);
                task.DecodeExample(inputs).GivenCount.Should().Be(givens);
            }
        }
    }

    private static PuzzleGroup[] Build(string split, int augmentations)
    {
        var puzzles = SudokuCsv.Read(Path.Combine(Folder, "raw", $"{split}.csv"), SudokuShape.Nine);
        var builder = new SudokuDatasetBuilder(SudokuShape.Nine, new SudokuDatasetOptions { Augmentations = augmentations });
        return [.. split == "train" ? builder.BuildTraining(puzzles, new StatefulRandom(1)) : builder.BuildTest(puzzles)];
    }

    private static void RequireStructure(PuzzleGroup[] groups, Recorded recorded)
    {
        var puzzles = groups.SelectMany(group => group.Puzzles).ToArray();
        RecordedArray.Offsets(groups.Select(group => group.Puzzles.Count)).Should().Equal(recorded.GroupIndices);
        RecordedArray.Offsets(puzzles.Select(puzzle => puzzle.Count)).Should().Equal(recorded.PuzzleIndices);
        puzzles.Select(puzzle => puzzle[0].PuzzleId).Should().Equal(recorded.PuzzleIdentifiers);
    }

    private static Recorded Golden(string build, string split) => new(
        Integers(build, split, "inputs"),
        Integers(build, split, "labels"),
        Integers(build, split, "puzzle_indices"),
        Integers(build, split, "group_indices"),
        Integers(build, split, "puzzle_identifiers"));

    private static int[] Integers(string build, string split, string array) => RecordedArray.Read(Folder, build, split, $"all__{array}.npy");

    private static string Folder => RepositoryFolder.Combine("tests", "golden", "datasets", "sudoku");

    private sealed record Recorded(int[] Inputs, int[] Labels, int[] PuzzleIndices, int[] GroupIndices, int[] PuzzleIdentifiers);
}
