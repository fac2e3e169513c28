using System.CommandLine;
using Hrm.PackageCheck;

var folderArgument = new Argument<string>("folder") { Description = "The folder of the packages." };
var otherArgument = new Argument<string>("other") { Description = "The folder of the same packages, built elsewhere." };
var rootOption = new Option<string>("--root") { Description = "The folder that they were built in.", Required = true };
var versionOption = new Option<string>("--version") { Description = "The version that they should have.", Required = true };
var commitOption = new Option<string>("--commit") { Description = "The commit that they were built from.", Required = true };
var repositoryOption = new Option<string?>("--repository") { Description = "The repository's address, where there is one; any, where nothing is known of it." };

var check = new Command("check", "Opens every package and its symbols, and looks for all that is wrong.") { folderArgument, rootOption, versionOption, commitOption, repositoryOption };
check.SetAction(result =>
{
    var (folder, version) = (result.GetValue(folderArgument)!, result.GetValue(versionOption)!);
    return Report([.. ExpectedPackage.All.SelectMany(expected =>
    {
        var rules = new PackageRules(result.GetValue(rootOption)!, version, result.GetValue(commitOption)!, result.GetValue(repositoryOption));
        return rules.Check(
            expected,
            PackageArchive.Open(Path.Combine(folder, $"{expected.Id}.{version}.nupkg")),
            expected.IsTemplate ? null : PackageArchive.Open(Path.Combine(folder, $"{expected.Id}.{version}.snupkg")));
    })]);
});
var compare = new Command("compare", "Compares the contents of packages of one commit.") { folderArgument, otherArgument };
compare.SetAction(result => Report(PackageComparison.Differences(result.GetValue(folderArgument)!, result.GetValue(otherArgument)!)));
return await new RootCommand("Checks the contents of the packed packages.") { check, compare }.Parse(args).InvokeAsync();

static int Report(IReadOnlyList<string> findings)
{
    Console.WriteLine(findings.Count == 0 ? "nothing found" : string.Join('\n', findings));
    return findings.Count == 0 ? 0 : 1;
}
