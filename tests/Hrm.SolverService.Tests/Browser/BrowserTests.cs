using Hrm.TestKit;

namespace Hrm.SolverService.Tests;

/// <summary>The page in a real browser, operated by the keyboard.</summary>
[Trait("Category", "Browser")]
public sealed class BrowserTests
{
    private const string IsDone = "/after \\d+ segments/.test(document.getElementById('status').textContent)";

    [BrowserFact]
    public async Task A_typed_sudoku_is_solved_segment_by_segment()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9), "--Solver:Limits:MaxSegments", "6");
        await using var page = await BrowserPage.OpenAsync(service.Client.BaseAddress!);
        await page.WaitAsync("document.readyState === 'complete' && !document.getElementById('solve').disabled");

        await page.EvaluateAsync("document.querySelector('#editor input').focus()");
        for (var cell = 0; cell < Puzzles.Sudoku.Length; cell++)
        {
            if (Puzzles.Sudoku[cell] != '.')
            {
                await page.TypeAsync(Puzzles.Sudoku[cell].ToString());
            }

            await page.PressAsync(cell % 9 < 8 ? "ArrowRight" : "ArrowDown");
            if (cell % 9 == 8)
            {
                await page.PressAsync("Home");
            }
        }

        await page.PressAsync("Enter");
        await page.WaitAsync(IsDone);

        page.Errors.Should().BeEmpty();
        (await Number("document.querySelectorAll('#segments > li').length")).Should().Be(6);
        (await Number("document.querySelectorAll('#segments > li .grid > span').length")).Should().Be(6 * 81);
        (await Number("document.querySelectorAll('#segments meter').length")).Should().Be(12);
        (await page.EvaluateAsync("[...document.querySelectorAll('#editor input')].map(cell => cell.value || '.').join('')")).GetString().Should().Be(Puzzles.Sudoku);
        (await page.EvaluateAsync("getComputedStyle(document.querySelector('#segments .grid')).gridTemplateColumns.split(' ').length")).GetInt32().Should().Be(9);
        foreach (var scheme in (string[])["light", "dark"])
        {
            await page.SaveScreenshotAsync(RepositoryFolder.Combine("artifacts", "browser", $"sudoku-{scheme}.png"), scheme);
        }

        async Task<int> Number(string expression) => (await page.EvaluateAsync(expression)).GetInt32();
    }

    [BrowserFact]
    public async Task Givens_in_conflict_are_shown()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        await using var page = await BrowserPage.OpenAsync(service.Client.BaseAddress!);
        await page.WaitAsync("document.readyState === 'complete' && !document.getElementById('solve').disabled");

        await page.EvaluateAsync("document.querySelector('#editor input').focus()");
        await page.TypeAsync("7");
        await page.PressAsync("ArrowRight");
        await page.TypeAsync("7");
        await page.PressAsync("Enter");

        await page.WaitAsync("document.querySelectorAll('#editor .wrong').length === 2");
        (await page.EvaluateAsync("document.getElementById('message').textContent")).GetString()
            .Should().Be("puzzle: expected different digits in row 1, column 1 and row 1, column 2, got 7 in both");
    }

    [BrowserFact]
    public async Task A_maze_is_drawn_and_solved()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Maze(5));
        await using var page = await BrowserPage.OpenAsync(service.Client.BaseAddress!);
        await page.WaitAsync("document.readyState === 'complete' && !document.getElementById('solve').disabled");

        await page.EvaluateAsync("document.querySelector('#editor button').focus()");
        foreach (var key in (string[])["S", "ArrowRight", " ", "ArrowRight", "G", "ArrowDown", "#"])
        {
            await page.PressAsync(key);
        }

        (await page.EvaluateAsync("[...document.querySelectorAll('#editor button')].map(cell => cell.ariaLabel.split(': ')[1]).slice(0, 8).join()"))
            .GetString().Should().Be("start,wall,goal,free,free,free,free,wall");
        await page.EvaluateAsync("document.getElementById('solve').focus()");
        await page.PressAsync("Enter");
        await page.WaitAsync(IsDone);

        page.Errors.Should().BeEmpty();
        (await page.EvaluateAsync("document.querySelectorAll('#segments > li').length")).GetInt32().Should().Be(3);
        await page.SaveScreenshotAsync(RepositoryFolder.Combine("artifacts", "browser", "maze.png"), "light");
    }
}
