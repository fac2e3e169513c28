using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

/// <summary>Layouts of files and folders, roles of sets, repeated and bad tasks.</summary>
public sealed class ArcSourceTests : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("one.json", "one.json", "one:one")]
    [InlineData("b.json a.json notes.txt", "", "*:a b")]
    [InlineData("training/b.json evaluation/x/a.json", "", "evaluation!:a training:b")]
    [InlineData("training/a.json test/b.json", "", "test!:b training:a")]
    [InlineData("main/data/training/b.json main/data/evaluation/a.json main/apps/x.json main/package.json", "", "evaluation!:a training:b")]
    [InlineData("corpus/Center/b.json corpus/Copy/a.json Minimal/c.json", "", "Center:b Copy:a")]
    [InlineData("one/data/training/b.json two/data/evaluation/a.json", "", "training:b evaluation!:a")]
    [InlineData("training/x/b.json evaluation/y/a.json", "", "evaluation!:a training:b")]
    [InlineData("data/Mini/b.json", "", "Mini:b")]
    [InlineData("readme.json training/b.json evaluation/a.json", "", "evaluation!:a training:b")]
    [InlineData("b.json below/a.json", "", "*:b a")]
    public void The_layout_follows_from_the_contents(string files, string source, string expected)
    {
        foreach (var file in files.Split(' '))
        {
            Write(file, file.EndsWith(".txt", StringComparison.Ordinal) ? "no task" : Task(file.Length));
        }

        Describe(ArcTaskFile.ReadSets(_folder[source])).Should().Be(expected.Replace("*", Path.GetFileName(_folder.Path), StringComparison.Ordinal));
    }

    /// <summary>The names and contents of the competition's files, of real tasks.</summary>
    [Fact]
    public void The_files_of_the_competition_give_the_same_dataset_as_the_repository()
    {
        var repository = ArcTaskFile.ReadSets(RepositoryFolder.Combine("samples", "data", "arc_agi_1"));
        foreach (var set in repository)
        {
            WriteCompetition(set);
        }

        Write("sample_submission.json", "{}");
        var sets = ArcTaskFile.ReadSets(_folder.Path);

        Describe(sets).Should().Be(Describe(repository));
        sets.SelectMany(set => set.Tasks).Should().OnlyContain(task => task.HasAnswers);
        sets.SelectMany(set => set.Tasks).SelectMany(task => task.Train.Concat(task.Test))
            .Should().Equal(repository.SelectMany(set => set.Tasks).SelectMany(task => task.Train.Concat(task.Test)));
        ArcDataset.Build(sets, new() { Augmentations = 2 }).Identifiers.Should().Equal(ArcDataset.Build(repository, new() { Augmentations = 2 }).Identifiers);
    }

    [Fact]
    public void Challenges_without_solutions_have_unknown_outputs_and_are_for_testing()
    {
        Write("arc-agi_test_challenges.json", $$"""{"a":{{Task(1, output: null)}}}""");

        var set = ArcTaskFile.ReadSets(_folder.Path).Should().ContainSingle().Subject;

        (set.Name, set.IsEvaluation, set.Tasks[0].Name, set.Tasks[0].HasAnswers).Should().Be(("test", true, "a", false));
    }

    /// <summary>A name, a file, a folder around; other sets are for training then.</summary>
    [Theory]
    [InlineData("b", "a evaluation b! c")]
    [InlineData("<one>/b", "a evaluation b! c")]
    [InlineData("<one>", "a! evaluation! b! c")]
    [InlineData("<two>/c.json", "a evaluation b c!")]
    [InlineData("evaluation c", "a evaluation! b c!")]
    public void The_caller_chooses_the_sets_for_testing(string testFrom, string expected)
    {
        Write("one/a/1.json", Task(1));
        Write("one/evaluation/2.json", Task(2));
        Write("one/b/3.json", Task(3));
        Write("two/c.json", Task(4));
        string[] names = [.. testFrom.Split(' ').Select(name => name.Replace("<one>", _folder["one"], StringComparison.Ordinal).Replace("<two>", _folder["two"], StringComparison.Ordinal))];

        var sets = ArcTaskFile.ReadSets([_folder["one"], _folder["two", "c.json"]], names);

        sets.Select(set => set.Name + (set.IsEvaluation ? "!" : string.Empty))
            .Should().BeEquivalentTo(expected.Split(' '));
    }

    [Fact]
    public void A_choice_that_matches_no_set_is_refused()
    {
        Write("one/a/1.json", Task(1));
        Write("one/b/2.json", Task(2));

        FluentActions.Invoking(() => ArcTaskFile.ReadSets([_folder["one"]], ["a", "on"])).Should().Throw<InvalidConfigException>()
            .WithMessage("testFrom: expected one of a, b, or a path, got 'on'.");
    }

    /// <summary>Otherwise the test pairs of the task would be trained on.</summary>
    [Theory]
    [InlineData("training", "evaluation")]
    [InlineData("evaluation", "training")]
    public void An_equal_task_is_kept_once_and_for_evaluation(string first, string second)
    {
        Write($"one/{first}/1.json", Task(1));
        Write("one/other/3.json", Task(3));
        Write($"two/{second}/1.json", Task(1, output: null));
        Write("two/other/2.json", Task(2));

        var sets = ArcTaskFile.ReadSets([_folder["one"], _folder["two"]]);

        sets.Where(set => set.Tasks.Any(task => task.Name == "1")).Should().ContainSingle().Which.IsEvaluation.Should().BeTrue();
        sets.SelectMany(set => set.Tasks).Should().HaveCount(3).And.OnlyContain(task => task.HasAnswers, "one of the two files has the output");
        ArcDataset.Build(sets, new() { Augmentations = 0 }).Train.Sum(group => group.Puzzles.Sum(puzzle => puzzle.Count)).Should().Be(5);
    }

    [Theory]
    [InlineData(1, 1, 5, 6)]
    [InlineData(1, 2, 5, 5)]
    public void Different_tasks_of_a_name_are_an_error_with_both_files(int first, int second, int firstOutput, int secondOutput)
    {
        Write("x/1.json", Task(first, firstOutput));
        Write("y/1.json", Task(second, secondOutput));

        FluentActions.Invoking(() => ArcTaskFile.ReadSets(_folder.Path)).Should().Throw<HrmFormatException>()
            .WithMessage($"{_folder["y", "1.json"]}, 1: expected each task's name once, got another task of this name from {_folder["x", "1.json"]} too");

        var skipped = new List<string>();
        ArcTaskFile.ReadSets([_folder.Path], skipped: error => skipped.Add(error.Message)).Should().ContainSingle().Which.Name.Should().Be("x");
        skipped.Should().ContainSingle().Which.Should().StartWith(_folder["y", "1.json"]);
    }

    [Fact]
    public void Bad_files_and_tasks_are_skipped_and_reported()
    {
        Write("a/1.json", Task(1));
        Write("a/2.json", "{");
        Write("a/3.json", """{"train":[{"input":[[1],[2,3]]}],"test":[]}""");
        Write("a/all.json", $$"""{"good":{{Task(2)}},"bad":{"train":[{"input":[[10]]}]},"better":{{Task(3)}},"good":{} }""");
        Write("b/x_challenges.json", $$"""{"p":{{Task(4, output: null)}},"q":{{Task(5, output: null)}},"r":{{Task(6, output: null)}},"s":[]}""");
        Write("b/x_solutions.json", """{"p":[[[1]]],"q":[[[1,2],[3]]],"r":[],"s":[[[1]]]}""");
        var skipped = new List<string>();

        Describe(ArcTaskFile.ReadSets([_folder.Path], skipped: error => skipped.Add(error.Message))).Should().Be("a:1 good better x:p");

        skipped.Select(message => message.Replace(_folder.Path + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal).Replace('\\', '/')).Should().SatisfyRespectively(
            message => message.Should().StartWith("a/2.json, line 1: byte 2: expected JSON"),
            message => message.Should().Be("a/3.json, train[0].input[1]: expected 1 cells as in row 0, got 2"),
            message => message.Should().Be("a/all.json, bad.train[0].input[0][0]: expected a colour of 0 to 9, got 10"),
            message => message.Should().Be("a/all.json, good: expected each name once, got it twice"),
            message => message.Should().Be("b/x_challenges.json, s: expected an object with train and test, got a list"),
            message => message.Should().Be("b/x_solutions.json, q[0][1]: expected 2 cells as in row 0, got 1"),
            message => message.Should().Be("b/x_solutions.json, r: expected 1 grids, one per test pair, got 0"));
    }

    [Fact]
    public void Nothing_but_bad_files_is_an_error()
    {
        Write("1.json", "{");
        var skipped = new List<string>();

        FluentActions.Invoking(() => ArcTaskFile.ReadSets([_folder.Path], skipped: error => skipped.Add(error.Message))).Should().Throw<HrmFormatException>()
            .WithMessage($"{_folder.Path}: expected at least one task, got none");
        skipped.Should().ContainSingle();
    }

    /// <summary>The keys of a task may be the names of tasks.</summary>
    [Fact]
    public void Tasks_may_be_named_train_and_test()
    {
        Write("all.json", $$"""{"train":{{Task(1)}},"test":{{Task(2)}}}""");

        Describe(ArcTaskFile.ReadSets(_folder["all.json"])).Should().Be("all:train test");
    }

    private static string Describe(IEnumerable<ArcTaskSet> sets) =>
        string.Join(' ', sets.Select(set => $"{set.Name}{(set.IsEvaluation ? "!" : string.Empty)}:{string.Join(' ', set.Tasks)}"));

    private static string Task(int number, int? output = 4)
    {
        var known = output is null ? string.Empty : $",\"output\":[[{output}]]";
        return $$"""{"train":[{"input":[[{{number % 10}},{{number / 10}}]],"output":[[2]]}],"test":[{"input":[[3]]{{known}}}]}""";
    }

    private void WriteCompetition(ArcTaskSet set)
    {
        var challenges = set.Tasks.ToDictionary(task => task.Name, task => new
        {
            test = task.Test.Select(pair => new { input = Rows(pair.Input) }),
            train = task.Train.Select(pair => new { input = Rows(pair.Input), output = Rows(pair.Output!) }),
        });
        Write($"arc-agi_{set.Name}_challenges.json", JsonSerializer.Serialize(challenges, Json));
        var solutions = set.Tasks.ToDictionary(task => task.Name, task => task.Test.Select(pair => Rows(pair.Output!)));
        Write($"arc-agi_{set.Name}_solutions.json", JsonSerializer.Serialize(solutions, Json));
    }

    private static IEnumerable<int[]> Rows(ArcGrid grid) => grid.ToString().Split('\n').Select(row => row.Select(cell => cell - '0').ToArray());

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }
}
