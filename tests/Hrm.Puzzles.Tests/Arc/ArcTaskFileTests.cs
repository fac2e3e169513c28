using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public class ArcTaskFileTests
{
    private const string Task = """{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]],"output":[[4]]}]}""";

    [Fact]
    public void The_name_of_a_task_is_the_file_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a1.json"], """
            {"test": [{"output": [[1], [2]], "input": [[3, 4, 5]]}, {"input": [[9]]}],
             "name": "other", "more": {"train": [[[{"input": 1}]]]},
             "train": [{"input": [[0, 1], [2, 3]], "note": null, "output": [[9]]}]}
            """);

        var task = ArcTaskFile.Read(folder["a1.json"]);

        task.Name.Should().Be("a1");
        task.Train.Should().Equal(new ArcPair(ArcGrid.Parse("01/23"), ArcGrid.Parse("9")));
        task.Test.Should().Equal(new ArcPair(ArcGrid.Parse("345"), ArcGrid.Parse("1/2")), new ArcPair(ArcGrid.Parse("9"), null));
        task.HasAnswers.Should().BeFalse();
    }

    [Fact]
    public void A_byte_order_mark_is_skipped()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.json"], "\uFEFF" + Task);

        ArcTaskFile.Read(folder["a.json"]).Train.Should().ContainSingle();
    }

    [Fact]
    public void A_folder_is_read_recursively_in_the_order_of_the_paths()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in new[] { "b/2.json", "b/10.json", "a/c/3.json", "B.json", "readme.txt" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], Task);
        }

        ArcTaskFile.ReadFolder(folder.Path).Select(task => task.Name).Should().Equal("B", "3", "10", "2");
    }

    [Fact]
    public void Links_around_or_out_of_a_folder_are_not_followed()
    {
        using var folder = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        File.WriteAllText(elsewhere["2.json"], Task);
        Directory.CreateDirectory(folder["training"]);
        File.WriteAllText(folder["training", "1.json"], Task);
        Directory.CreateSymbolicLink(folder["again"], ".");
        Directory.CreateSymbolicLink(folder["training", "a"], ".");
        Directory.CreateSymbolicLink(folder["training", "b"], "..");
        Directory.CreateSymbolicLink(folder["training", "out"], elsewhere.Path);
        File.CreateSymbolicLink(folder["training", "copy.json"], "1.json");

        ArcTaskFile.ReadFolder(folder.Path).Select(task => task.Name).Should().Equal("1");
        ArcTaskFile.ReadSets(folder.Path).Should().ContainSingle().Which.Tasks.Should().ContainSingle();
    }

    [Fact]
    public void Each_folder_directly_below_is_a_set_and_evaluation_is_for_evaluation()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in new[] { "training/1.json", "evaluation/2.json", "Concept/x/3.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], Task);
        }

        ArcTaskFile.ReadSets(folder.Path).Select(set => (set.Tasks.Single().Name, set.IsEvaluation)).Should().Equal(("3", false), ("2", true), ("1", false));
    }

    [Fact]
    public void A_repeated_name_is_reported_with_both_files()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in new[] { "x/1.json", "y/1.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], Task);
        }

        var message = $"{folder["y/1.json"]}: expected each task's name once, got 1 from {folder["x/1.json"]} too";
        FluentActions.Invoking(() => ArcTaskFile.ReadFolder(folder.Path)).Should().Throw<PuzzleFormatException>().WithMessage(message);
        FluentActions.Invoking(() => ArcTaskFile.ReadSets(folder.Path)).Should().Throw<PuzzleFormatException>().WithMessage(message);
    }

    [Fact]
    public void A_folder_without_tasks_is_an_error()
    {
        using var folder = new TemporaryFolder();

        FluentActions.Invoking(() => ArcTaskFile.ReadFolder(folder.Path)).Should().Throw<PuzzleFormatException>()
            .WithMessage($"{folder.Path}: expected 1 to 10000 .json files, got none");
        FluentActions.Invoking(() => ArcTaskFile.ReadSets(folder.Path)).Should().Throw<PuzzleFormatException>()
            .WithMessage($"{folder.Path}: expected 1 to 10000 folders of tasks, got none");
    }

    [Fact]
    public void A_missing_or_unreadable_path_is_a_typed_error()
    {
        using var folder = new TemporaryFolder();
        var missing = folder["missing"];

        FluentActions.Invoking(() => ArcTaskFile.Read(missing)).Should().Throw<PuzzleFileException>().Which.File.Should().Be(missing);
        FluentActions.Invoking(() => ArcTaskFile.ReadFolder(missing)).Should().Throw<PuzzleFileException>().Which.File.Should().Be(missing);
        FluentActions.Invoking(() => ArcTaskFile.ReadSets(missing)).Should().Throw<PuzzleFileException>();
        FluentActions.Invoking(() => ArcTaskFile.ReadCombined(missing)).Should().Throw<PuzzleFileException>();
        FluentActions.Invoking(() => ArcTaskFile.Read(folder.Path)).Should().Throw<PuzzleFileException>();
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using var folder = new TemporaryFolder();
        using (var stream = File.Create(folder["a.json"]))
        {
            // Sparse on most file systems.
            stream.SetLength(ArcTaskFile.MaximumCombinedBytes + 1L);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => ArcTaskFile.Read(folder["a.json"])).Should().Throw<PuzzleFormatException>()
            .WithMessage($"{folder["a.json"]}: expected at most 16777216 bytes, got 268435457");
        FluentActions.Invoking(() => ArcTaskFile.ReadCombined(folder["a.json"])).Should().Throw<PuzzleFormatException>()
            .WithMessage($"{folder["a.json"]}: expected at most 268435456 bytes, got 268435457");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [Fact]
    public void A_file_with_an_invalid_name_is_rejected()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a_t1_0123456798.json"], Task);

        FluentActions.Invoking(() => ArcTaskFile.Read(folder["a_t1_0123456798.json"])).Should().Throw<PuzzleFormatException>()
            .WithMessage("*a_t1_0123456798.json, name: expected a name that is not <blank>, does not contain ||| and does not end like the id of an augmented puzzle, got 'a_t1_0123456798'");
    }
}
