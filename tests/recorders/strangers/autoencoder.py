"""An autoencoder squeezes digits into two numbers, in the style of many blog posts."""

import torch
from sklearn.datasets import load_digits
from torch import nn

import animviz  # added

torch.manual_seed(0)
digits = load_digits()
x = torch.tensor(digits.data / 16, dtype=torch.float32)


class Autoencoder(nn.Module):
    def __init__(self, dim=64, code=2):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, code))
        self.decoder = nn.Sequential(nn.Linear(code, 32), nn.ReLU(), nn.Linear(32, dim), nn.Sigmoid())

    def forward(self, x):
        z = self.encoder(x)
        return self.decoder(z)


net = Autoencoder()
mse = nn.MSELoss()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
run = animviz.watch(
    net, "autoencoder.rec", inputs=x[:400], labels=digits.target[:400], task="reconstruction", loss=mse
)  # added
for epoch in range(15):
    for batch in x[torch.randperm(len(x))].split(64):
        loss = mse(net(batch), batch)
        opt.zero_grad()
        loss.backward()
        opt.step()
    run.epoch(loss=loss)  # added
run.close()  # added
