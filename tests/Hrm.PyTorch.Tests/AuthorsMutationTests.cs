using System.Diagnostics;
using System.Text;
using Hrm.Core;
using Hrm.TestKit;
using Xunit.Abstractions;

namespace Hrm.PyTorch.Tests;

/// <summary>Damaged yaml of the authors' training beside whole weights.</summary>
public sealed class AuthorsMutationTests(ITestOutputHelper output) : IDisposable
{
    private const int Mutations = 1_000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Mutated_yaml_is_refused_by_a_typed_exception_or_gives_a_config()
    {
        var random = new StatefulRandom(20260303);
        var valid = File.ReadAllText(RepositoryFolder.Combine("tests", "golden", "official_checkpoint", "all_config.yaml"));
        File.Copy(RepositoryFolder.Combine("tests", "golden", "official_checkpoint", "step_4"), _folder["step_4"]);
        const string Fragments = ":-[]{}#&*!|>'\"%@`,?\n\t 0é\0\u2028";
        var (read, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var text = new StringBuilder(valid);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var place = random.Next(text.Length);
                switch (random.Next(5))
                {
                    case 0: text.Insert(place, Fragments[random.Next(Fragments.Length)]); break;
                    case 1: text.Remove(place, Math.Min(text.Length - place, random.Next(1, 40))); break;
                    case 2: text[place] = Fragments[random.Next(Fragments.Length)]; break;
                    case 3: text[place] ^= (char)(1 << random.Next(8)); break;
                    default: text.Length = place + 1; break;
                }
            }

            File.WriteAllText(_folder["all_config.yaml"], text.ToString());
            var watch = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var checkpoint = AuthorsCheckpoint.Open(_folder.Path, 16);
                checkpoint.Config.HiddenSize.Should().Be(32);
                read++;
            }
            catch (HrmException)
            {
                refused++;
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(64_000_000);
            watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        }

        output.WriteLine($"{refused} refused, {read} read");
        read.Should().BeGreaterThan(Mutations / 20);
        refused.Should().BeGreaterThan(Mutations / 20);
    }

    public void Dispose() => _folder.Dispose();
}
